// Lists: which rows are selected, and rows by keyboard. Without this file every checkbox and button works all the same.
const root = document.documentElement;

class BulkBar extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector('form');
    this.host = this.closest('.list-part');
    this.page = this.host?.querySelector('[data-pick-page]');
    this.all = this.form.elements.namedItem('all');
    this.said = this.querySelector('span[data-said]');
    this.clear = this.querySelector('[data-clear]');
    this.clear.hidden = false;
    if (this.page) this.page.hidden = false;
    this.host?.addEventListener('change', (event) => this.changed(event.target));
    this.host?.addEventListener('click', (event) => this.clicked(event));
    this.clear.addEventListener('click', () => this.pick(false));
    this.tell();
  }

  get boxes() {
    return [...(this.host?.querySelectorAll('tbody .pick input') ?? [])];
  }

  changed(box) {
    if (box === this.page) this.pick(box.checked);
    else if (box.matches('.pick input') || box === this.all) this.tell();
  }

  // Shift takes along all rows since the last one that was clicked.
  clicked(event) {
    if (!event.target.matches('tbody .pick input')) return;
    const boxes = this.boxes;
    const here = boxes.indexOf(event.target);
    if (event.shiftKey && this.last !== undefined) {
      const [from, to] = [Math.min(here, this.last), Math.max(here, this.last)];
      boxes.slice(from, to + 1).forEach((box) => { box.checked = event.target.checked; });
    }
    this.last = here;
    this.tell();
  }

  pick(on) {
    this.boxes.forEach((box) => { box.checked = on; });
    if (this.all) this.all.checked = false;
    this.tell();
  }

  tell() {
    const boxes = this.boxes;
    const n = boxes.filter((box) => box.checked).length;
    const whole = n > 0 && n === boxes.length;
    if (this.page) {
      this.page.checked = whole;
      this.page.indeterminate = n > 0 && !whole;
    }
    if (this.all) {
      if (!whole) this.all.checked = false;
      this.all.closest('label').hidden = !whole;
    }
    this.hidden = n === 0;
    const text = this.dataset.said.replace('#', n);
    if (n && this.said.textContent !== text) document.getElementById('live').textContent = text;
    this.said.textContent = text;
  }
}

customElements.define('x-bulk', BulkBar);

const typing = (element) => element.closest('input:not([type=checkbox]), textarea, select, [contenteditable], dialog');
const rows = () => [...document.querySelectorAll('main .list tbody tr')];
const goal = (row) => row.querySelector('td:not(.pick) a[href]') ?? row.querySelector('.pick input');

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest?.('tr'));
  const row = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  goal(row)?.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => document.activeElement?.closest?.('.list tbody tr')?.querySelector('.pick input')?.click(),
  '/': () => document.querySelector('main .list-find input')?.focus(),
};

// Single letters can be switched off (WCAG 2.1.4): people who speak to their computer would set them off unawares.
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || root.dataset.keys === 'off') return;
  if (!KEYS[event.key] || typing(event.target) || !document.querySelector('main .list')) return;
  event.preventDefault();
  KEYS[event.key]();
});

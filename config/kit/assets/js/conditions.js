// The condition builder: its buttons submit the form and the page is made anew; here only the rows are, in place.
// Keys on a row's handle: arrows walk, Alt+arrows move, D doubles, N negates, G groups, U dissolves, Delete takes out.

const IDLE = 300;
const FIELDS = 'input:not([type=hidden]), select, textarea';
const KEYS = { d: 'double', n: 'not', g: 'group', u: 'ungroup', Delete: 'drop', Backspace: 'drop' };
const MOVES = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'out', ArrowRight: 'into' };

class Conditions extends HTMLElement {
  connectedCallback() {
    this.steps = Promise.resolve();
    this.closest('form')?.querySelector('[data-autofocus]')?.focus();
    const on = (name, act) => this.addEventListener(name, act);
    on('click', (event) => this.press(event));
    on('change', (event) => event.target.matches('[data-reshape]') && this.step());
    on('input', (event) => this.typed(event));
    on('keydown', (event) => this.key(event));
    on('htmx:beforeSwap', (event) => this.take(event));
    on('dragstart', (event) => this.lift(event));
    on('dragover', (event) => this.over(event));
    on('drop', (event) => this.put(event));
    on('dragend', () => this.mark());
    on('focusout', (event) => this.left(event.relatedTarget));
    this.closest('form')?.addEventListener('submit', (event) => this.hold(event), { capture: true });
    this.querySelectorAll('[data-handle]').forEach((handle) => { handle.draggable = true; });
  }

  stale() {
    const form = this.closest('form')?.id;
    document.querySelectorAll(`[data-follows="${form}"]`).forEach((each) => { each.dataset.stale = ''; });
  }

  // a step waits for the one before it: its form must already know what that one did
  step(asked = '') {
    clearTimeout(this.idle);
    this.stale();
    this.steps = this.steps.then(() => this.send(asked)).catch(() => {});
    if (asked) {
      this.from = document.activeElement;
      this.wait(this.steps);
    }
    return this.steps;
  }

  wait(steps) {
    this.waiting = steps;
    steps.then(() => { if (this.waiting === steps) this.waiting = null; });
  }

  // who saves while a step is on its way means the form with that step: it is sent once the answer is there
  hold(event) {
    if (!this.waiting) return;
    const { submitter, target } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.held) return;
    this.held = this.waiting.then(() => {
      this.held = null;
      if (!this.lost) target.requestSubmit(submitter);
    });
  }

  send(asked) {
    const values = asked ? { do: asked } : {};
    this.asked = asked;
    this.lost = Boolean(asked);
    this.sent = new Map([...this.querySelectorAll(FIELDS)].map((field) => [field.id, field.value]));
    return htmx.ajax('POST', this.dataset.url, { source: this, target: this, swap: 'none', values });
  }

  take(event) {
    if (event.target !== this || event.detail.xhr.status >= 400) return;
    event.detail.shouldSwap = false;
    const made = new DOMParser().parseFromString(event.detail.serverResponse, 'text/html').querySelector('.conds');
    if (!made) return;
    this.lost = false;
    // what is typed between question and answer stays; a menu that was used closes
    const asked = this.asked;
    const stayed = [this.from, document.body].includes(document.activeElement);
    Idiomorph.morph(this.querySelector('.conds'), made, {
      // a menu of options follows the field beside it even while it has the focus
      ignoreActiveValue: !asked && document.activeElement?.nodeName !== 'SELECT',
      callbacks: { beforeNodeMorphed: (node, next) => this.keep(node, next, asked) },
    });
    this.querySelectorAll('[data-handle]').forEach((handle) => { handle.draggable = true; });
    const said = this.querySelector('[data-announce]')?.dataset.announce;
    if (said) document.getElementById('live').textContent = said;
    // who went on to another field meanwhile is not pulled out of it
    if (asked && stayed) {
      this.querySelector('[data-autofocus]')?.focus();
      this.from = document.activeElement;
    }
    this.dispatchEvent(new CustomEvent('conditions', { bubbles: true }));
  }

  // what was typed since the form was sent stays, wherever the focus is by now
  keep(node, next, asked) {
    if (node.matches?.(FIELDS) && this.sent.has(node.id) && this.sent.get(node.id) !== node.value) return false;
    if (node.nodeName === 'DETAILS' && !asked) next.open = node.open;
    return asked || node !== document.activeElement || node.nodeName === 'SELECT';
  }

  press(event) {
    const button = event.target.closest('button[name=do]');
    if (!button) return;
    event.preventDefault();
    this.step(button.value);
  }

  typed(event) {
    if (event.isComposing || !event.target.matches('input[type=text], textarea')) return;
    this.stale();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.step(), IDLE);
  }

  key(event) {
    if (event.isComposing) return;
    const { target } = event;
    if (event.key === 'Enter' && target.matches('input')) {
      event.preventDefault();
      this.step(target.dataset.adds);
      return;
    }
    const row = target.closest('[data-row]');
    if (!row) return;
    const handle = target.matches('[data-handle]');
    if (event.altKey && MOVES[event.key] && (handle || /Up|Down/.test(event.key))) this.act(event, row, MOVES[event.key]);
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (handle && KEYS[event.key]) this.act(event, row, KEYS[event.key]);
    else if (handle && /Arrow(Up|Down)/.test(event.key)) this.walk(event, target);
    else if (event.key === 'Escape') this.leave(event, row);
  }

  act(event, row, what) {
    event.preventDefault();
    const button = row.querySelector(`:scope > .cond-line > .cond-menu [data-key=${what}]`);
    if (button) this.step(button.value);
    else document.getElementById('live').textContent = this.dataset.cannot;
  }

  walk(event, handle) {
    event.preventDefault();
    const handles = [...this.querySelectorAll('[data-handle]')];
    handles[handles.indexOf(handle) + (event.key === 'ArrowUp' ? -1 : 1)]?.focus();
  }

  // a menu closes when the focus goes elsewhere
  left(to) {
    this.querySelectorAll('details.menu[open]').forEach((menu) => { if (to && !menu.contains(to)) menu.open = false; });
  }

  leave(event, row) {
    const menu = event.target.closest('details');
    if (menu) menu.open = false;
    row.querySelector('[data-handle]')?.focus();
  }

  lift(event) {
    const row = event.target.closest?.('[data-handle]')?.closest('[data-row]');
    if (!row) return;
    this.lifted = row;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', row.dataset.row);
    event.dataTransfer.setDragImage(row, 12, 12);
  }

  over(event) {
    const [place] = this.place(event);
    if (!place) return;
    event.preventDefault();
    this.mark(place, this.where);
  }

  place(event) {
    const row = event.target.closest('[data-row]');
    if (!this.lifted || this.lifted.contains(event.target)) return [];
    const add = event.target.closest('.cond-add, .cond-head')?.closest('[data-group]');
    if (add) return [add, (this.where = 'in'), add.dataset.group];
    if (!row || !this.contains(row)) return [];
    const box = row.getBoundingClientRect();
    this.where = event.clientY < box.top + box.height / 2 ? 'before' : 'after';
    return [row, this.where, row.dataset.row];
  }

  put(event) {
    const [place, where, id] = this.place(event);
    const lifted = this.lifted?.dataset.row;
    this.mark();
    this.lifted = null;
    if (!place) return;
    event.preventDefault();
    this.step(`${this.dataset.prefix}:place:${lifted}:${where}:${id}`);
  }

  mark(place, where) {
    this.querySelectorAll('[data-drop]').forEach((each) => delete each.dataset.drop);
    if (place) place.dataset.drop = where;
  }
}

// What shows the result of a form is stale from the first keystroke, until the answer is there.
document.addEventListener('htmx:afterSwap', (event) => { delete event.detail.target?.dataset?.stale; });

customElements.define('x-conditions', Conditions);

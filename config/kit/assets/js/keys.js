// Shortcuts of single letters: g and a letter goes to a place, / to the filter, ? shows them all.
// They are off where the user says so, while somebody types, and while a dialog is open.
const PAUSE = 1200;
const TYPING = 'input, textarea, select, [contenteditable], [role=combobox], [role=application]';

class ShortcutSheet extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector('dialog');
    this.dialog.addEventListener('close', () => this.opener?.focus?.());
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog || event.target.closest('[data-close]')) this.dialog.close();
    });
    this.keydown = (event) => this.pressed(event);
    document.addEventListener('keydown', this.keydown);
  }

  disconnectedCallback() {
    document.removeEventListener('keydown', this.keydown);
  }

  pressed(event) {
    const off = document.documentElement.dataset.keys === 'off';
    if (off || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING) || document.querySelector('dialog[open]')) return;
    const went = this.going && this.go(event.key);
    this.going = false;
    if (went) event.preventDefault();
    else if (event.key === 'g') this.wait();
    else if (event.key === '?') this.open(event);
    else if (event.key === '/') this.filter(event);
  }

  wait() {
    this.going = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.going = false; }, PAUSE);
  }

  go(key) {
    const place = document.querySelector(`[data-go="${CSS.escape(key.toLowerCase())}"]`);
    place?.click();
    return Boolean(place);
  }

  open(event) {
    event.preventDefault();
    this.opener = document.activeElement;
    this.dialog.showModal();
  }

  filter(event) {
    const field = document.querySelector('main [role=search] input:not([type=hidden]), main .filters input:not([type=hidden])');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else {
      event.preventDefault();
      document.querySelector('x-palette')?.open();
    }
  }
}

customElements.define('x-keys', ShortcutSheet);

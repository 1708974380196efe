// The combobox island: <x-combobox> around a <select> (one or several), or around an input whose choices the server offers.
// Without this file the select is a select. Keys as the ARIA practices have them; input methods may compose in peace.
const WAIT = 150;
const MOST = 1000;
let count = 0;

const make = (tag, attributes) => {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
};

class Combobox extends HTMLElement {
  connectedCallback() {
    if (this.input) return;
    this.select = this.querySelector('select');
    if (this.select) this.build();
    this.input = this.querySelector('[role=combobox]');
    this.list = this.querySelector('[role=listbox]');
    this.stored = this.querySelector('input[type=hidden]');
    this.fixed = this.select || this.dataset.url ? null : [...this.list.children];
    this.listen();
    this.show();
  }

  get several() {
    return Boolean(this.select?.multiple);
  }

  get open() {
    return !this.list.hidden;
  }

  // the label and the descriptions go on to the text field; the select stays in the form and is what is sent
  build() {
    const { select } = this;
    const focused = select === document.activeElement;
    const id = select.id || `combobox-${count += 1}`;
    const list = make('ul', { class: 'listbox', role: 'listbox', id: `${id}-list`, hidden: '' });
    const input = make('input', { class: 'in', id, role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id, autocomplete: 'off', spellcheck: 'false' });
    ['aria-label', 'aria-describedby', 'aria-invalid', 'data-autofocus', 'placeholder'].forEach((name) => {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
      select.removeAttribute(name);
    });
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent ?? input.getAttribute('aria-label') ?? '';
    list.setAttribute('aria-label', label);
    if (select.multiple) list.setAttribute('aria-multiselectable', 'true');
    select.id = `${id}-select`;
    select.hidden = true;
    this.chips = make('span', { class: 'chips' });
    this.append(...(select.multiple ? [this.chips] : []), input, list);
    if (focused) input.focus();
  }

  listen() {
    this.input.addEventListener('input', (event) => {
      if (!event.isComposing) this.later();
    });
    this.input.addEventListener('compositionend', () => this.later());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('click', () => this.offer(''));
    this.input.addEventListener('blur', () => this.close());
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', (event) => this.choose(event.target.closest('[role=option]')));
    this.select?.addEventListener('change', () => this.show());
  }

  later() {
    clearTimeout(this.timer);
    this.asking = true;
    this.timer = setTimeout(() => this.offer(this.input.value), WAIT);
  }

  async offer(text) {
    this.asking = true;
    const found = await this.found(text.trim());
    if (!this.asking) return;
    this.asking = false;
    this.list.replaceChildren(...found);
    this.list.hidden = !this.list.childElementCount;
    this.input.setAttribute('aria-expanded', String(this.open));
    this.mark(this.several || !text ? this.list.querySelector('[aria-selected=true]') : this.options[0]);
  }

  async found(text) {
    if (this.dataset.url) {
      const url = new URL(this.dataset.url, location.href);
      url.searchParams.set('q', text);
      const asked = this.asked = fetch(url, { headers: { 'HX-Request': 'true' } });
      const answer = await asked.catch(() => null);
      if (asked !== this.asked || !answer?.ok) return [...this.list.children];
      const holder = document.createElement('template');
      holder.innerHTML = await answer.text();
      return holder.content.querySelectorAll('[role=option]');
    }
    const words = text.toLowerCase().split(/\s+/);
    const fits = (shown) => words.every((word) => shown.toLowerCase().replaceAll('_', ' ').includes(word));
    if (this.fixed) return this.fixed.filter((option) => fits(option.textContent));
    return [...this.select.options].filter((option) => option.value && fits(option.text)).slice(0, MOST).map((option) => {
      const line = make('li', { role: 'option', 'data-value': option.value, 'aria-selected': String(option.selected) });
      line.textContent = option.text;
      return line;
    });
  }

  get options() {
    return [...this.list.querySelectorAll('[role=option]:not([aria-disabled=true])')];
  }

  mark(option) {
    this.list.querySelector('.active')?.classList.remove('active');
    this.active = option ?? null;
    if (!option) {
      this.input.removeAttribute('aria-activedescendant');
      return;
    }
    option.id ||= `${this.list.id}-${count += 1}`;
    option.classList.add('active');
    option.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', option.id);
  }

  async key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.open) {
        await this.offer('');
        if (this.active) return;
      }
      const { options } = this;
      const at = options.indexOf(this.active);
      this.mark(options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length]);
    } else if (event.key === 'Enter' && this.open) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === 'Escape' && (this.open || this.asking)) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Backspace' && this.several && !this.input.value) {
      this.drop([...this.select.selectedOptions].at(-1));
    }
  }

  choose(line) {
    if (!line || line.getAttribute('aria-disabled') === 'true') return;
    const { value } = line.dataset;
    if (this.select) {
      let option = [...this.select.options].find((each) => each.value === value);
      if (!option) this.select.add(option = new Option(line.textContent.trim(), value));
      option.selected = this.several ? !option.selected : true;
    } else {
      this.stored.value = value;
      this.kept = line.querySelector('.clip')?.textContent ?? line.textContent.trim();
    }
    this.told();
    this.close();
  }

  drop(option) {
    if (!option) return;
    option.selected = false;
    this.told();
    this.input.focus();
  }

  told() {
    const field = this.select ?? this.stored;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
    this.show();
  }

  close() {
    clearTimeout(this.timer);
    this.asking = false;
    this.list.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.mark(null);
    this.show();
  }

  // what is chosen: in the field, or as chips before it
  show() {
    if (!this.several) {
      this.input.value = this.select ? this.select.selectedOptions[0]?.text ?? '' : this.kept ?? this.input.defaultValue;
      return;
    }
    this.input.value = '';
    this.chips.replaceChildren(...[...this.select.selectedOptions].map((option) => {
      const chip = make('button', { type: 'button', class: 'chip' });
      chip.textContent = `${option.text} ×`;
      chip.setAttribute('aria-label', `${option.text}: ${this.dataset.remove ?? '×'}`);
      chip.addEventListener('click', () => this.drop(option));
      return chip;
    }));
  }
}

customElements.define('x-combobox', Combobox);

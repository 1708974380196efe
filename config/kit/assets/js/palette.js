// The command palette: one field over a list that the server finds. Focus stays in the field; the list has a current
// option. Without this file the field in the top bar is a link to a page that does the same.
const WAIT = 120;
const KEPT = 8;
const STORE = 'signalbox.lately';
const NAMED = /^\/(people|journeys|rules|segments)\/[^/]+\/$/;

const lately = () => {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
};

// Only addresses are kept here; the server says what they are called, and to whom.
const remember = () => {
  const path = location.pathname;
  if (!document.querySelector('x-palette')) return localStorage.removeItem(STORE);
  if (!NAMED.test(path)) return undefined;
  return localStorage.setItem(STORE, JSON.stringify([path, ...lately().filter((each) => each !== path)].slice(0, KEPT)));
};

class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector('dialog');
    this.input = this.querySelector('input');
    this.list = this.querySelector('.found');
    this.dialog.addEventListener('close', () => this.opener?.focus());
    this.dialog.addEventListener('click', (event) => this.clicked(event));
    this.input.addEventListener('input', (event) => {
      if (event.isComposing) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), WAIT);
    });
    this.input.addEventListener('compositionend', () => this.look());
    this.input.addEventListener('keydown', (event) => this.pressed(event));
    this.list.addEventListener('pointermove', (event) => {
      const option = event.target.closest('[role=option]');
      if (option) this.choose(option, false);
    });
  }

  open(opener) {
    if (this.dialog.open) return;
    this.opener = opener ?? document.activeElement;
    this.input.value = '';
    this.asked = undefined;
    this.dialog.showModal();
    this.input.focus();
    this.look();
  }

  async look() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.request = new AbortController();
    const query = new URLSearchParams({ q: this.input.value, recent: lately().join(',') });
    const headers = { 'HX-Request': 'true', 'HX-Target': 'palette-list' };
    try {
      const answer = await fetch(`${this.dataset.url}?${query}`, { headers, signal: this.request.signal });
      if (!answer.ok) return location.assign(`${this.dataset.url}?${query}`);
      this.show(await answer.text(), query.get('q'));
    } catch (error) {
      if (error.name !== 'AbortError') this.say(document.getElementById('toasts').dataset.offline);
    }
    return undefined;
  }

  show(html, asked) {
    this.asked = asked;
    this.list.innerHTML = html;
    this.list.scrollTop = 0;
    const said = this.list.querySelector('[data-said]');
    document.getElementById('live').textContent = said.textContent;
    said.remove();
    this.input.setAttribute('aria-expanded', String(this.options().length > 0));
    this.choose(this.options()[0]);
  }

  say(text) {
    const line = document.createElement('p');
    line.className = 'none';
    line.textContent = text;
    this.list.replaceChildren(line);
  }

  options() {
    return [...this.list.querySelectorAll('[role=option]')];
  }

  choose(option, follow = true) {
    this.current?.setAttribute('aria-selected', 'false');
    this.current = option;
    this.input.setAttribute('aria-activedescendant', option?.id ?? '');
    option?.setAttribute('aria-selected', 'true');
    if (follow) option?.scrollIntoView({ block: 'nearest' });
  }

  pressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const options = this.options();
    const at = options.indexOf(this.current);
    const last = options.length - 1;
    const to = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at <= 0 ? last : at - 1,
      PageDown: Math.min(at + 6, last),
      PageUp: Math.max(at - 6, 0),
    }[event.key];
    if (to !== undefined && options.length) {
      event.preventDefault();
      this.choose(options[to]);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.enter(event.ctrlKey || event.metaKey);
    }
  }

  // Who types fast means what was typed, not what stood there before.
  async enter(apart) {
    if (this.asked !== this.input.value) await this.look();
    if (this.current && this.asked === this.input.value) this.follow(this.current, apart);
  }

  clicked(event) {
    const option = event.target.closest('[role=option]');
    if (option) this.follow(option, event.ctrlKey || event.metaKey);
    else if (event.target === this.dialog || event.target.closest('[data-close]')) this.dialog.close();
  }

  follow(option, apart) {
    const { url, fields } = option.dataset;
    if (fields) return this.post(url, fields);
    if (apart) return window.open(url, '_blank', 'noopener');
    return location.assign(url);
  }

  // What changes something is posted like any form of the page.
  post(url, fields) {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = url;
    const values = new URLSearchParams(fields);
    values.set('csrfmiddlewaretoken', document.querySelector('meta[name=csrf-token]').content);
    if (!values.has('next')) values.set('next', location.pathname + location.search);
    for (const [name, value] of values) {
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  }
}

customElements.define('x-palette', CommandPalette);
remember();

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-palette]');
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  document.querySelector('x-palette')?.open(opener);
});
document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  document.querySelector('x-palette')?.open();
});

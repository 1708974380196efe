// <x-dialog> and <x-drawer> hold one <dialog> each. A link with data-dialog or data-drawer opens its page's part in it;
// without a script the same link leads to the page. An answer without content (204) closes it.
import { ask, forget } from './guard.js';

class Sheet extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector('dialog');
    this.body = this.querySelector('[data-body]');
    this.dialog.addEventListener('cancel', (event) => {
      if (!ask(this.body)) event.preventDefault();
    });
    this.dialog.addEventListener('close', () => this.left());
    this.dialog.addEventListener('click', (event) => {
      if (event.target === this.dialog || event.target.closest('[data-close]')) this.close();
    });
    this.body.addEventListener('htmx:afterSwap', () => this.show());
    this.body.addEventListener('htmx:afterRequest', (event) => {
      if (event.detail.xhr.status !== 204) return;
      forget(this.body);
      this.close();
    });
  }

  open(opener) {
    this.opener = opener;
    htmx.ajax('GET', opener.href, { source: opener, target: this.body, swap: 'innerHTML' });
  }

  show() {
    const heading = this.body.querySelector('h1, h2, h3');
    if (heading) this.dialog.setAttribute('aria-label', heading.textContent);
    if (this.body.childElementCount && !this.dialog.open) this.dialog.showModal();
    const first = this.body.querySelector('[data-autofocus]') ?? this.body.querySelector('[autofocus], input:not([type=hidden]), select, textarea, button, a');
    first?.focus();
  }

  close() {
    if (ask(this.body)) this.dialog.close();
  }

  // the opener may have been swapped meanwhile: its twin has the same id or leads to the same place
  left() {
    const { opener } = this;
    this.body.replaceChildren();
    if (!opener) return;
    const twin = opener.isConnected ? opener : document.getElementById(opener.id) ?? document.querySelector(`a[href="${CSS.escape(opener.getAttribute('href') ?? '')}"]`);
    (twin ?? document.getElementById('main')).focus();
  }
}

customElements.define('x-dialog', class extends Sheet {});
customElements.define('x-drawer', class extends Sheet {});

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-dialog], a[data-drawer]');
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  document.querySelector('drawer' in link.dataset ? 'x-drawer' : 'x-dialog').open(link);
});

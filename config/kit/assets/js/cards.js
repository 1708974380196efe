// Cards that are dragged into another order; the same is done by their buttons, which need no script.
class DragCards extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.url) return;
    this.addEventListener('dragstart', (event) => {
      this.dragged = event.target.closest('[data-card]');
      this.dragged.dataset.dragged = '';
      event.dataTransfer.effectAllowed = 'move';
    });
    this.addEventListener('dragover', (event) => {
      const over = event.target.closest('[data-card]');
      if (!this.dragged || !over) return;
      event.preventDefault();
      if (over !== this.dragged) this.put(over);
    });
    this.addEventListener('dragend', () => {
      delete this.dragged?.dataset.dragged;
      this.dragged = undefined;
      this.keep();
    });
  }

  put(over) {
    const cards = [...this.querySelectorAll('[data-card]')];
    const forward = cards.indexOf(this.dragged) < cards.indexOf(over);
    if (forward) over.after(this.dragged);
    else over.before(this.dragged);
  }

  keep() {
    const order = [...this.querySelectorAll('[data-card]')].map((card) => card.dataset.card).join(',');
    htmx.ajax('POST', this.dataset.url, { source: this, swap: 'none', values: { order } });
  }
}

customElements.define('x-cards', DragCards);

// <x-confirm word="…"> around a form: its button wakes when the word is typed into [data-word]. The server checks it too.
class Confirm extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector('[data-word]');
    const button = this.querySelector('button[type=submit], button:not([type])');
    const compare = () => { button.disabled = field.value.trim() !== this.getAttribute('word'); };
    field.oninput = compare;
    compare();
  }
}

customElements.define('x-confirm', Confirm);

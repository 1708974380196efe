// <x-copy value="…"><button hidden>: copies a value; the button shows only where a script can do it.
import { announce, word } from './words.js';

// pages served without TLS have no clipboard: the old way through a selection still works there
const byHand = (text) => {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
};

class Copy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector('button');
    button.hidden = false;
    button.onclick = async () => {
      const text = this.getAttribute('value') ?? document.getElementById(this.getAttribute('of')).textContent;
      await (navigator.clipboard?.writeText(text) ?? Promise.reject()).catch(() => byHand(text));
      button.dataset.done = '';
      announce(word('copied'));
      setTimeout(() => delete button.dataset.done, 2000);
    };
  }
}

customElements.define('x-copy', Copy);

// The frame around every page: side navigation, menus, theme. Everything here also works, a click slower, without it.
const root = document.documentElement;
const YEAR = 31536000;

const keep = (name, value) => {
  document.cookie = `${name}=${value};path=/;max-age=${YEAR};samesite=lax`;
};

// The user's choice is stored by the form's POST; the page only need not be loaded again for it.
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener('submit', (event) => {
      const form = event.target;
      event.preventDefault();
      const field = form.elements.theme;
      root.dataset.theme = field.value;
      fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'manual' });
      field.value = field.value === 'dark' ? 'light' : 'dark';
    });
  }
}

// A disclosure that closes when the focus or a click goes elsewhere, and on Escape with the focus back on its summary.
class DropMenu extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector('details');
    const summary = this.querySelector('summary');
    this.leave = (event) => {
      if (!this.contains(event.target)) details.open = false;
    };
    document.addEventListener('click', this.leave);
    this.addEventListener('focusout', (event) => {
      if (event.relatedTarget && !this.contains(event.relatedTarget)) details.open = false;
    });
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !details.open) return;
      details.open = false;
      summary.focus();
    });
  }

  disconnectedCallback() {
    document.removeEventListener('click', this.leave);
  }
}

class NavToggle extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector('button');
    button.hidden = false;
    this.tell(button);
    button.addEventListener('click', () => {
      root.dataset.nav = root.dataset.nav === 'narrow' ? 'wide' : 'narrow';
      keep('nav', root.dataset.nav);
      this.tell(button);
    });
  }

  tell(button) {
    button.setAttribute('aria-expanded', String(root.dataset.nav !== 'narrow'));
  }
}

customElements.define('x-theme', ThemeSwitch);
customElements.define('x-menu', DropMenu);
customElements.define('x-nav', NavToggle);

// The phone's navigation opens by :target without a script; Escape closes it and gives the focus back.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || location.hash !== '#nav') return;
  location.hash = '#main';
  document.querySelector('.nav-open')?.focus();
});

// The zone of this computer, offered where the zone is chosen.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const button of document.querySelectorAll('[data-here]')) {
  const known = [...button.form.querySelectorAll('button')].some((each) => each.value === here);
  if (!here || known || button.closest('.zone').querySelector('.who b').textContent === here) continue;
  button.value = here;
  button.querySelector('span').textContent = here;
  button.hidden = false;
}

import './htmx-global.js';
import './islands.js';
import './shell.js';
import './toasts.js';

// Every unsafe request carries the token, whatever the cookie's name or flags are.
document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = document.querySelector('meta[name=csrf-token]').content;
});

// After a swap the focus goes where the server says: a refused form marks its first bad field.
document.addEventListener('htmx:afterSettle', (event) => {
  event.detail.elt.querySelector?.('[data-autofocus]')?.focus();
});

// A count that changed is said once, politely, and not the whole list again.
document.addEventListener('htmx:afterSwap', (event) => {
  const said = event.detail.elt.querySelector?.('[data-announce]')?.dataset.announce;
  if (said) document.getElementById('live').textContent = said;
});

// A select or a date that filters a list sends its form at once; the form's button stays for everyone else.
document.addEventListener('change', (event) => {
  const form = event.target.closest?.('form[data-at-once]');
  if (form && event.target.matches('select')) form.requestSubmit();
});

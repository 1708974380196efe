import './htmx-global.js';
import './confirm.js';
import './copy.js';
import './dialog.js';
import './failures.js';
import './guard.js';
import './islands.js';
import './morph.js';
import './shell.js';
import './time.js';
import './palette.js';
import './keys.js';
import './cards.js';
import './session.js';
import './toasts.js';
import { announce } from './words.js';
import './lists.js';

// Every unsafe request carries the token of now: a log-in in another tab has changed it since this page was made.
document.addEventListener('htmx:configRequest', (event) => {
  const stored = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  const token = stored ?? document.querySelector('meta[name=csrf-token]').content;
  event.detail.headers['X-CSRFToken'] = token;
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token;
});

// After a swap the focus goes where the server says: a refused form marks its first bad field.
document.addEventListener('htmx:afterSettle', (event) => {
  const { elt, xhr } = event.detail;
  const bad = xhr?.status === 422 ? '[data-autofocus], [aria-invalid=true]' : '[data-autofocus]';
  elt.querySelector?.(bad)?.focus();
});

// A count that changed is said once, politely, and not the whole list again.
document.addEventListener('htmx:afterSwap', (event) => {
  const said = event.detail.elt.querySelector?.('[data-announce]')?.dataset.announce;
  if (said) announce(said);
});

// A select or a date that filters a list sends its form at once; the form's button stays for everyone else.
document.addEventListener('change', (event) => {
  const form = event.target.closest?.('form[data-at-once]');
  if (form && event.target.matches('select')) form.requestSubmit();
});

// What a request that went wrong does to the page: nothing typed is lost, and there is always a way on.
import { toast } from './toasts.js';
import { word } from './words.js';

const DIALOG = 'dialog';
const banners = new WeakMap();

const form = (event) => event.detail.elt.closest?.('form');

const clear = (place) => {
  banners.get(place)?.remove();
  banners.delete(place);
};

const retry = (detail) => {
  const { verb, path, formData } = detail.requestConfig;
  const sent = detail.elt.closest('form');
  if (sent && detail.elt === sent) sent.requestSubmit(detail.requestConfig.triggeringEvent?.submitter ?? undefined);
  else htmx.ajax(verb.toUpperCase(), path, { source: detail.elt, target: detail.target, values: Object.fromEntries(formData ?? []) });
};

const banner = (event, said) => {
  const place = form(event) ?? event.detail.elt;
  clear(place);
  const made = document.createElement('div');
  made.className = 'banner bad';
  made.setAttribute('role', 'alert');
  const text = document.createElement('div');
  text.textContent = said;
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'btn small';
  again.textContent = word('retry');
  again.addEventListener('click', () => {
    clear(place);
    retry(event.detail);
  });
  made.append(text, again);
  banners.set(place, made);
  const home = place.closest('form, dialog') ?? document.getElementById('main');
  if (home.tagName === 'FORM') home.before(made);
  else home.prepend(made);
};

document.addEventListener('htmx:sendError', (event) => banner(event, word('offline')));
document.addEventListener('htmx:timeout', (event) => banner(event, word('offline')));
document.addEventListener('htmx:responseError', (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) return;
  if (xhr.status < 500) {
    toast(word(xhr.status === 403 ? 'forbidden' : 'failed'), 'bad');
    return;
  }
  const id = xhr.getResponseHeader('X-Request-Id') ?? '';
  banner(event, id ? `${word('failed')} ${word('typed')} (${id})` : `${word('failed')} ${word('typed')}`);
});
document.addEventListener('htmx:afterRequest', (event) => {
  if (event.detail.successful) clear(form(event) ?? event.detail.elt);
});

// Somebody else was quicker: what differs is shown in the dialog, whatever the request wanted to fill.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { detail } = event;
  if (detail.xhr.status !== 409) return;
  Object.assign(detail, { shouldSwap: true, isError: false, target: document.getElementById(DIALOG), swapOverride: 'innerHTML' });
  detail.target.closest('x-dialog').opener = document.activeElement;
});

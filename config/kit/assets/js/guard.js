// What somebody typed is not lost: leaving warns, and a session that ran out gives the form back after the log-in.
import { toast } from './toasts.js';
import { word } from './words.js';

const SECRET = /pass|secret|token|csrf|^key$|^rev$/i;
const changed = new Set();

const dirty = (form) => changed.has(form) && form.isConnected;

document.addEventListener('input', (event) => {
  const form = event.target.form ?? event.target.closest?.('form');
  if (form?.matches('[data-guard]')) changed.add(form);
});
document.addEventListener('submit', (event) => changed.delete(event.target));
window.addEventListener('beforeunload', (event) => {
  if ([...changed].some(dirty)) event.preventDefault();
});

// Whether what is in `root` may go; asks if something in it was typed and not sent.
export const ask = (root) => {
  const inside = [...changed].filter((form) => root.contains(form) && dirty(form));
  if (inside.length && !window.confirm(word('leave'))) return false;
  inside.forEach((form) => changed.delete(form));
  return true;
};

export const forget = (root) => [...changed].filter((form) => root.contains(form)).forEach((form) => changed.delete(form));

// A request that did not get through leaves the form as unsent as it was.
['htmx:sendError', 'htmx:responseError', 'htmx:timeout'].forEach((name) => document.addEventListener(name, (event) => {
  const form = event.detail.elt.closest?.('form[data-guard]');
  if (form) changed.add(form);
}));

const place = () => `kept:${location.pathname}${location.search}`;

export const keep = (form) => {
  const typed = [...form.elements].filter((field) => field.name && !SECRET.test(field.name) && !['password', 'file', 'hidden', 'submit', 'button'].includes(field.type));
  const values = typed.map((field) => [field.name, field.value, field.checked ?? null, field.multiple ? [...field.selectedOptions].map((one) => one.value) : null]);
  sessionStorage.setItem(place(), JSON.stringify({ form: form.id, values }));
};

// The session is over: whatever was typed waits for the log-in, and leaving is no loss any more.
export const keepAll = () => {
  [...changed].filter((form) => dirty(form) && form.id).forEach(keep);
  changed.clear();
};

const put = (form, [name, value, checked, chosen]) => {
  const fields = [...form.elements].filter((field) => field.name === name);
  const field = fields.find((each) => ['checkbox', 'radio'].includes(each.type) && each.value === value) ?? fields[0];
  if (!field) return;
  if (['checkbox', 'radio'].includes(field.type)) field.checked = checked;
  else if (chosen) [...field.options].forEach((option) => { option.selected = chosen.includes(option.value); });
  else field.value = value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
};

const restore = () => {
  const stored = sessionStorage.getItem(place());
  if (!stored) return;
  const { form: id, values } = JSON.parse(stored);
  const form = document.getElementById(id);
  if (!form) return;
  sessionStorage.removeItem(place());
  values.forEach((each) => put(form, each));
  changed.add(form);
  toast(word('restored'));
};

document.addEventListener('htmx:beforeOnLoad', (event) => {
  const form = event.detail.elt.closest?.('form');
  if (event.detail.xhr.status !== 401) return;
  if (form?.id) keep(form);
  changed.clear();
});
document.addEventListener('DOMContentLoaded', restore);

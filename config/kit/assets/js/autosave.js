// A draft saves itself a second after the last key: form[data-autosave="address"] posts itself there and says when in [data-saved].
import { word } from './words.js';
import { forget } from './guard.js';

const IDLE = 1000;
const timers = new WeakMap();

const say = (form, text) => {
  const line = form.querySelector('[data-saved]');
  if (line) line.textContent = text;
};

const save = async (form) => {
  const answer = await fetch(form.dataset.autosave, {
    method: 'POST',
    body: new FormData(form),
    headers: { 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content, 'X-Autosave': '1' },
    redirect: 'manual',
  }).catch(() => null);
  if (!answer?.ok) {
    say(form, word(answer?.status === 409 ? 'stale' : 'unsaved'));
    return;
  }
  const { rev, said } = await answer.json();
  if (form.elements.rev) form.elements.rev.value = rev;
  say(form, said);
  forget(form.parentElement);
};

document.addEventListener('input', (event) => {
  const form = event.target.form;
  if (!form?.dataset.autosave || event.isComposing) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => save(form), IDLE));
});
document.addEventListener('submit', (event) => clearTimeout(timers.get(event.target)));

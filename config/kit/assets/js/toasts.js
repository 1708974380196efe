// Short messages: the server asks for one with the response header HX-Trigger: {"toast": {"text": …, "level": …, "undo": …}}.
import { word } from './words.js';

const STAYS = 6000;
const UNDO = 10000;

// A message with a way back goes after ten seconds, but never from under a pointer or the focus.
const leave = (line, wait) => {
  let timer;
  const start = () => { timer = setTimeout(() => line.remove(), wait); };
  const hold = () => clearTimeout(timer);
  line.addEventListener('pointerenter', hold);
  line.addEventListener('focusin', hold);
  line.addEventListener('pointerleave', start);
  line.addEventListener('focusout', start);
  start();
};

const LOOKS = { ok: 'circle-check', bad: 'triangle-alert', warn: 'triangle-alert' };

const icon = (name) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  made.setAttribute('class', 'icon');
  made.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${word('icons')}#${name}`);
  made.append(use);
  return made;
};

const button = (kind, act, ...content) => {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = `btn ${kind}`;
  made.append(...content);
  made.addEventListener('click', act);
  return made;
};

// A way to what the message is about; only addresses of this site.
const way = ({ href, link }) => {
  const made = document.createElement('a');
  made.className = 'btn small';
  made.href = href;
  made.textContent = link;
  return made;
};

export function toast(text, level = 'info', undo = '', to = {}) {
  const line = document.createElement('div');
  line.className = 'toast';
  line.dataset.level = level;
  const said = document.createElement('span');
  said.className = 'text';
  said.textContent = text;
  const close = button('quiet square', () => line.remove(), icon('x'));
  close.setAttribute('aria-label', word('close'));
  const ask = () => {
    line.remove();
    htmx.ajax('POST', undo, { source: document.body, swap: 'none' });
  };
  const back = undo?.tagName ? undo : button('small', ask, word('undo'));
  line.append(icon(LOOKS[level] ?? 'info'), said, ...(undo ? [back] : []), ...(to.href?.startsWith('/') ? [way(to)] : []), close);
  document.getElementById('toasts').append(line);
  // an error stays until it is closed: it may need to be read out to somebody
  if (level !== 'bad') leave(line, undo ? UNDO : STAYS);
}

// What was done on the page before and can be taken back: its banner becomes such a message, with the banner's own form.
document.querySelectorAll('.banner[data-undo]').forEach((banner) => {
  const form = banner.querySelector('form');
  const level = ['ok', 'warn', 'bad'].find((each) => banner.classList.contains(each));
  form.remove();
  banner.remove();
  toast(banner.textContent.trim(), level, form);
});

document.addEventListener('toast', (event) => {
  const { text, value, level, undo, href, link } = event.detail;
  toast(text ?? value, level, undo, { href, link });
});

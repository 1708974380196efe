// A session that nobody uses ends. Who types or clicks is there, and the server is told so now and then; two minutes
// before the end one is asked, and at the end what was typed is kept for after the log-in.
import { keepAll } from './guard.js';

const WARNING = 120000;
const STORE = 'signalbox.seen';

class SessionWatch extends HTMLElement {
  connectedCallback() {
    this.idle = Number(this.dataset.idle) * 1000;
    this.notice = this.querySelector('[role=alertdialog]');
    this.told = Date.now();
    this.seen();
    for (const name of ['keydown', 'pointerdown']) document.addEventListener(name, () => this.active(), { passive: true });
    this.addEventListener('click', (event) => {
      if (event.target.closest('[data-stay]')) this.stay();
    });
    this.timer = setInterval(() => this.look(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  // All tabs share one session, hence one time.
  seen() {
    localStorage.setItem(STORE, String(Date.now()));
  }

  left() {
    return Number(localStorage.getItem(STORE)) + this.idle - Date.now();
  }

  active() {
    if (!this.notice.hidden || Date.now() - this.told < Math.min(60000, this.idle / 4)) return;
    this.stay();
  }

  async stay() {
    this.told = Date.now();
    const headers = { 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content };
    try {
      const answer = await fetch(this.dataset.stay, { method: 'POST', headers, redirect: 'manual' });
      if (answer.status !== 204) return this.over();
      this.seen();
      this.show(false);
    } catch {
      // the network is away: the next sign of life tries again
    }
    return undefined;
  }

  look() {
    const left = this.left();
    if (left <= 0) this.over();
    else if (left <= WARNING) this.warn(left);
    else this.show(false);
  }

  warn(left) {
    const seconds = Math.ceil(left / 1000);
    this.querySelector('time').textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    this.show(true);
  }

  show(shown) {
    if (this.notice.hidden !== shown) return;
    this.notice.hidden = !shown;
    if (shown) document.getElementById('live').textContent = this.notice.querySelector('b').textContent;
  }

  over() {
    clearInterval(this.timer);
    keepAll();
    this.notice.hidden = true;
    const ended = this.querySelector('[data-ended]');
    ended.hidden = false;
    const link = ended.querySelector('a');
    link.href = `${link.dataset.logIn}?${new URLSearchParams({ next: location.pathname + location.search })}`;
    link.focus();
  }
}

customElements.define('x-session', SessionWatch);

// What a page asks for by itself, a poll or a part that loads, is no sign of somebody.
document.addEventListener('htmx:configRequest', (event) => {
  const by = event.detail.triggeringEvent;
  if (!by || !by.isTrusted) event.detail.headers['X-Unattended'] = '1';
});

// The island of live parts: <x-live topics="…"> keeps one stream open for the whole page and replaces the parts it sends.
// Without a stream it polls, and says so; a hidden tab asks for nothing; Pause stops everything.
const POLL = 10000;
const SILENT = 35000;
const AGAIN = 60000;

const replace = (html) => {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  [...holder.content.children].forEach((part) => {
    const place = part.id && document.getElementById(part.id);
    if (place && !place.contains(document.activeElement?.closest('form') ?? null)) htmx.swap(place, part.outerHTML, { swapStyle: 'morph' }, { contextElement: place });
  });
};

class Live extends HTMLElement {
  connectedCallback() {
    this.said = this.querySelector('[data-said]');
    this.badge = this.querySelector('[data-polling]');
    this.button = this.querySelector('button');
    this.button.hidden = false;
    this.button.onclick = () => this.pause();
    this.heard = Date.now();
    this.gone = new AbortController();
    document.addEventListener('visibilitychange', () => (document.hidden ? this.stop() : this.start()), { signal: this.gone.signal });
    this.clock = setInterval(() => this.tell(), 1000);
    this.start();
  }

  disconnectedCallback() {
    this.gone.abort();
    clearInterval(this.clock);
    this.stop();
  }

  address(name) {
    return `${this.dataset[name]}?topics=${encodeURIComponent(this.getAttribute('topics'))}`;
  }

  get paused() {
    return this.button.getAttribute('aria-pressed') === 'true';
  }

  pause() {
    this.button.setAttribute('aria-pressed', String(!this.paused));
    if (this.paused) this.stop();
    else this.start();
    this.tell();
  }

  start() {
    this.stop();
    if (document.hidden || this.paused) return;
    this.source = new EventSource(this.address('stream'));
    this.source.addEventListener('parts', (event) => {
      this.hear();
      replace(JSON.parse(event.data).html);
    });
    this.source.addEventListener('beat', () => this.hear());
    this.source.onopen = () => this.hear();
    // too many streams, a proxy that buffers, a server that is away: polling takes over, and tries again later
    this.source.onerror = () => this.poll();
  }

  stop() {
    this.source?.close();
    this.source = null;
    clearInterval(this.polling);
    this.polling = null;
    clearTimeout(this.later);
  }

  hear() {
    this.heard = Date.now();
    clearInterval(this.polling);
    this.polling = null;
    this.tell();
  }

  poll() {
    if (this.source?.readyState === EventSource.CLOSED) {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.start(), AGAIN);
    }
    if (this.polling) return;
    this.polling = setInterval(() => this.ask(), POLL);
    this.ask();
  }

  async ask() {
    const answer = await fetch(this.address('poll'), { headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (answer?.ok) {
      this.heard = Date.now();
      replace(await answer.text());
    }
    if (answer?.status === 401) this.stop();
    this.tell();
  }

  tell() {
    const age = Math.round((Date.now() - this.heard) / 1000);
    if (this.source && !this.polling && age * 1000 > SILENT) this.poll();
    this.badge.hidden = !this.polling;
    this.said.textContent = this.dataset[this.paused ? 'paused' : 'updated'].replace('0', String(age));
  }
}

customElements.define('x-live', Live);

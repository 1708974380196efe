// <x-time age="183"> keeps its words about "3 minutes ago" true; the age at rendering is the server's, so no clock can lie.
const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
const written = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: 'always' });
const shown = new Set();

const words = (seconds) => {
  if (Math.abs(seconds) < 5) return null;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= 2 * each) ?? UNITS.at(-1);
  return written.format(-Math.trunc(seconds / size), unit).replace(/(\d)(?=\p{Script=Han})/u, '$1 ');
};

class Age extends HTMLElement {
  connectedCallback() {
    this.since ??= performance.now() - Number(this.getAttribute('age')) * 1000;
    shown.add(this);
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  tick() {
    const text = words((performance.now() - this.since) / 1000);
    const line = this.querySelector('time') ?? this;
    if (text && line.textContent !== text) line.textContent = text;
  }
}

customElements.define('x-time', Age);
setInterval(() => {
  if (!document.hidden) shown.forEach((each) => each.tick());
}, 5000);
document.addEventListener('visibilitychange', () => shown.forEach((each) => each.tick()));

// Short messages: the server asks for one with the response header HX-Trigger: {"toast": {"text": …, "level": …}}.
const STAYS = 6000;

export function toast(text, level = 'info') {
  const host = document.getElementById('toasts');
  const line = document.createElement('div');
  line.className = 'toast';
  line.dataset.level = level;
  line.textContent = text;
  host.append(line);
  // an error stays until the next page: it may need to be read out to somebody
  if (level !== 'bad') setTimeout(() => line.remove(), STAYS);
}

document.addEventListener('toast', (event) => toast(event.detail.text ?? event.detail.value, event.detail.level));

const words = () => document.getElementById('toasts').dataset;
document.addEventListener('htmx:sendError', () => toast(words().offline, 'bad'));
document.addEventListener('htmx:responseError', (event) => {
  const id = event.detail.xhr.getResponseHeader('X-Request-Id') ?? '';
  const said = event.detail.xhr.status === 403 ? words().forbidden : words().failed;
  toast(id && event.detail.xhr.status >= 500 ? `${said} (${id})` : said, 'bad');
});

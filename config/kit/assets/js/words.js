// The words that scripts say stand translated on the page: #toasts carries them as data attributes.
export const word = (name) => document.getElementById('toasts')?.dataset[name] ?? '';

export const announce = (text) => {
  const live = document.getElementById('live');
  if (live) live.textContent = text;
};

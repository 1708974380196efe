// An island is a bundle of its own, fetched only when something on the page names it: data-island="address of the bundle".
// A custom element inside mounts and unmounts with every swap by itself; the page only has to say where its code lives.
const wake = (root) => {
  const named = [...(root.querySelectorAll?.('[data-island]') ?? [])];
  if (root.dataset?.island) named.push(root);
  named.forEach((element) => {
    import(new URL(element.dataset.island, location.href).href).catch(() => element.setAttribute('data-asleep', ''));
  });
};

document.addEventListener('htmx:load', (event) => wake(event.detail.elt));

// hx-swap="morph" changes only what differs: focus, selection, typed text, open parts and islands stay as they are.
import { Idiomorph } from 'idiomorph';

// bundles that are fetched later morph with the same one
window.Idiomorph = Idiomorph;

const typed = (field) => {
  if (field.tagName === 'SELECT') return [...field.options].some((option) => option.selected !== option.defaultSelected);
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
};

const before = (node, next) => {
  if (node.nodeType !== Node.ELEMENT_NODE) return true;
  if (node.matches('[hx-preserve], [data-island]') && node.id && node.id === next.id) return false;
  if (node.tagName === 'DETAILS' && next.tagName === 'DETAILS') next.open = node.open;
  return !(node.matches('input:not([type=hidden]), select, textarea') && typed(node));
};

htmx.defineExtension('morph', {
  isInlineSwap: (style) => style === 'morph',
  handleSwap: (style, target, fragment) => {
    if (!style.startsWith('morph')) return false;
    return Idiomorph.morph(target, fragment.children, {
      morphStyle: style === 'morph:innerHTML' ? 'innerHTML' : 'outerHTML',
      ignoreActiveValue: true,
      callbacks: { beforeNodeMorphed: before },
    });
  },
});

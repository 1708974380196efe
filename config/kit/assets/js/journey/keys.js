// The keyboard of the canvas: one tab stop; arrows follow the ways, letters do what the list behind "?" says.
const NUDGE = { ArrowUp: [0, -16], ArrowDown: [0, 16], ArrowLeft: [-16, 0], ArrowRight: [16, 0] };

export function keys(event, { act, view, flow, all, chosen }) {
  if (event.target.matches('input, textarea, select')) return;
  const { key } = event;
  const name = event.target.closest('[data-node]')?.dataset.node;
  const some = chosen.length ? chosen : name ? [name] : [];
  const connecting = view.get().connecting;
  const control = {
    z: () => (event.shiftKey ? act.redo() : act.undo()), y: act.redo, a: () => view.set({ chosen: all() }), c: () => act.copy(some), v: act.paste,
    d: () => { act.copy(some); act.paste(); }, f: () => view.set({ finding: true }),
  };
  const plain = {
    Enter: () => (connecting ? act.connect(connecting.source, connecting.port, name) : act.inspect(name)),
    Escape: act.cancel, a: () => view.act.after(name), c: () => act.begin(name), Delete: () => act.drop(some), Backspace: () => act.drop(some),
    0: () => flow.current.fitView({ duration: 0 }), 1: () => flow.current.zoomTo(1), '?': () => view.set({ helping: true }),
  };
  let done = null;
  if (event.ctrlKey || event.metaKey) done = control[key.toLowerCase()];
  else if (NUDGE[key]) done = event.altKey ? () => act.nudge(some, NUDGE[key]) : () => { const next = act.neighbour(name, key); if (next) act.go(next); };
  else if (name || ['Escape', '?', '0', '1', 'a'].includes(key)) done = plain[key];
  if (!done) return;
  event.preventDefault();
  event.stopPropagation();
  done();
}

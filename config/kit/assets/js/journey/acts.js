// What can be done on the canvas, whatever asks for it: a key, the mouse, the toolbar. Each act says what it did.
import { announce } from '../words.js';
import { add, connect, copied, drop, edges, inOrder, nodesOf, paste, place, ports, refusal, target } from './graph.js';
import { laidOut, placesOf } from './layout.js';
import { picture } from './picture.js';

const CLIP = 'signalbox-nodes';

export function acts({ store, words, kinds, view, flow, readonly }) {
  const doc = () => store.state.document;
  const places = () => placesOf(doc());
  const say = (text) => announce(text);
  const change = (document, said) => { if (!readonly) { store.commit(document); say(said); } };
  const free = (after) => {
    const here = Object.values(places());
    const [x, top] = places()[after] ?? [0, 0];
    let left = x;
    const y = top + 152;
    while (here.some((spot) => Math.abs(spot[0] - left) < 240 && Math.abs(spot[1] - y) < 96)) left += 256;
    return [left, y];
  };
  const act = {
    stand: (name) => view.set({ here: name }),
    go(name) {
      view.set({ here: name });
      const [x, y] = places()[name];
      flow.current.setCenter(x + 116, y + 42, { zoom: flow.current.getZoom(), duration: 0 });
      requestAnimationFrame(() => document.querySelector(`[data-node="${CSS.escape(name)}"]`)?.focus({ preventScroll: true }));
    },
    portText(node, port) {
      const [name, at] = port.split('/');
      if (at !== undefined) return name === 'arms' ? String(node.arms[at].weight ?? '') : `${words.case} ${Number(at) + 1}`;
      return port === 'next' && node.do !== 'wait_until' ? '' : words[port] ?? port;
    },
    pick: (where) => !readonly && view.set({ picking: where }),
    add(kind, where = {}) {
      // as long as nobody put a card anywhere, all of them are laid out anew; from then on all stay where they are
      const loose = !where.at && Object.keys(doc().places).length === 0;
      const [document, name] = add(loose ? doc() : place(doc(), places()), kind, loose ? where : { ...where, at: where.at ?? free(where.after) });
      change(document, `${words.added}: ${kinds[kind].text} ${name}`);
      view.set({ picking: null });
      act.go(name);
    },
    drop(names) {
      const known = names.filter((name) => nodesOf(doc())[name]);
      const notes = doc().notes.filter((note) => !names.includes(note.id));
      const order = inOrder(doc());
      const next = order.find((name, at) => !known.includes(name) && at > order.indexOf(known[0])) ?? order.find((name) => !known.includes(name));
      change({ ...drop(doc(), known), notes }, `${words.removed}: ${names.join(', ')}`);
      if (next) act.go(next);
    },
    move: (moved) => change(place(doc(), { ...places(), ...moved }), words.moved),
    nudge(names, [dx, dy]) {
      const here = places();
      act.move(Object.fromEntries(names.map((name) => [name, [here[name][0] + dx, here[name][1] + dy]])));
    },
    connect(source, port, to) {
      const why = refusal(doc(), source, to);
      if (why) { say(words[why]); return false; }
      change(connect(doc(), source, port, to), `${words.connected}: ${source} → ${to}`);
      view.set({ connecting: null });
      return true;
    },
    // C again takes the next way out
    begin(name) {
      const ways = ports(nodesOf(doc())[name]);
      if (!ways.length) { say(words.noway); return; }
      const open = ways.find((port) => !target(nodesOf(doc())[name], port)) ?? ways[0];
      const before = view.get().connecting;
      const port = before?.source === name ? ways[(ways.indexOf(before.port) + 1) % ways.length] : open;
      view.set({ connecting: { source: name, port } });
      say(`${words.connecting} ${name} ${act.portText(nodesOf(doc())[name], port)}`);
    },
    cancel() { view.set({ connecting: null, picking: null, finding: false, helping: false }); },
    undo: () => say(store.undo() ? words.undone : words.nothing),
    redo: () => say(store.redo() ? words.redone : words.nothing),
    copy(names) {
      const known = names.filter((name) => nodesOf(doc())[name]);
      localStorage.setItem(CLIP, JSON.stringify(copied(doc(), known, places())));
      say(`${words.copied}: ${known.length}`);
    },
    paste() {
      const clip = JSON.parse(localStorage.getItem(CLIP) ?? 'null');
      if (clip?.signalbox !== 'nodes') { say(words.nothing); return; }
      const [document, names] = paste(place(doc(), places()), clip);
      change(document, `${words.added}: ${names.join(', ')}`);
      view.set({ chosen: names });
      if (names[0]) act.go(names[0]);
    },
    fit: () => flow.current.fitView({ duration: 0 }),
    layout: () => change(place(doc(), laidOut(nodesOf(doc()), doc().definition.first)), words.laidout),
    note() {
      const { x, y } = flow.current.screenToFlowPosition({ x: innerWidth / 2, y: innerHeight / 2 });
      const id = `note-${Date.now().toString(36)}`;
      change({ ...doc(), notes: [...doc().notes, { id, text: '', x: Math.round(x / 8) * 8, y: Math.round(y / 8) * 8 }] }, words.note);
    },
    write(id, text) {
      const notes = doc().notes.map((note) => (note.id === id ? { ...note, text } : note));
      change({ ...doc(), notes }, words.note);
    },
    moveNote(id, x, y) {
      const notes = doc().notes.map((note) => (note.id === id ? { ...note, x: Math.round(x), y: Math.round(y) } : note));
      change({ ...doc(), notes }, words.moved);
    },
    async inspect(name) {
      if (readonly || !nodesOf(doc())[name]) return;
      await store.save();
      const address = store.urls.inspect.replace('NODE', encodeURIComponent(name));
      await window.htmx.ajax('GET', address, { target: '#canvas-inspector', swap: 'innerHTML' });
      document.querySelector('#canvas-inspector :is(input, select, button):not([type=hidden], .sr)')?.focus();
    },
    export() {
      const title = (name) => `${kinds[nodesOf(doc())[name].do]?.text ?? ''} · ${name}`;
      picture(doc(), places(), { title, sub: (name) => store.state.said[name] ?? '' }).toBlob((blob) => {
        const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: `${store.urls.key}.png` });
        link.click();
        URL.revokeObjectURL(link.href);
      });
    },
    neighbour(name, key) {
      const all = edges(nodesOf(doc()));
      if (view.get().connecting) {
        const order = inOrder(doc());
        const by = key === 'ArrowUp' || key === 'ArrowLeft' ? -1 : 1;
        return order[(order.indexOf(name) + by + order.length) % order.length];
      }
      if (key === 'ArrowDown') return all.find((edge) => edge.source === name)?.target;
      const into = all.find((edge) => edge.target === name)?.source;
      if (key === 'ArrowUp') return into;
      const here = places();
      const siblings = [...new Set(all.filter((edge) => edge.source === into).map((edge) => edge.target))].sort((a, b) => here[a][0] - here[b][0]);
      return siblings[siblings.indexOf(name) + (key === 'ArrowRight' ? 1 : -1)];
    },
  };
  return act;
}

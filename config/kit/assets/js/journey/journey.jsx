// The canvas island: <x-journey> draws the draft of a journey and lets it be changed; its addresses are data attributes.
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, applyNodeChanges, useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { acts } from './acts.js';
import { CARD, edges as edgesOf, inOrder, nodesOf, ports, refusal, target } from './graph.js';
import { keys } from './keys.js';
import { placesOf } from './layout.js';
import { Card, Desk, Note, Picker, useDesk, Way } from './pieces.jsx';
import { Store } from './store.js';

const FAR = 0.45;
const MEASURE = 10_000;
const TYPES = { card: Card, note: Note };
const WAYS = { way: Way };
const words = () => JSON.parse(document.getElementById('canvas-words').textContent);

// What only this tab knows: where the keyboard stands, what is open.
class View {
  state = { here: '', picking: null, connecting: null, finding: false, helping: false, chosen: null };

  listeners = new Set();

  subscribe = (listener) => { this.listeners.add(listener); return () => this.listeners.delete(listener); };

  get = () => this.state;

  set(change) { this.state = { ...this.state, ...change }; this.listeners.forEach((listener) => listener()); }
}

const changesOf = (compared) => Object.fromEntries((compared?.changes ?? []).map((change) => [change.node, change.what]));

function cardsOf(state, view) {
  const { document, mode, compared } = state;
  const shown = mode === 'compare' && compared ? { ...document, definition: { ...document.definition, nodes: { ...compared.definition.nodes, ...nodesOf(document) } } } : document;
  const changes = mode === 'compare' ? changesOf(compared) : {};
  const places = placesOf(shown);
  const first = view.here && nodesOf(document)[view.here] ? view.here : inOrder(document)[0];
  const cards = Object.entries(nodesOf(shown)).map(([name, node]) => ({
    id: name, type: 'card', position: { x: places[name][0], y: places[name][1] }, ...CARD, initialWidth: CARD.width, initialHeight: CARD.height,
    data: { node, mode, said: state.said[name] ?? '', issues: state.issues[name] ?? [], here: name === first, change: changes[name], connecting: view.connecting?.source === name },
  }));
  const notes = document.notes.map((note) => ({ id: note.id, type: 'note', position: { x: note.x, y: note.y }, data: { text: note.text } }));
  return [[...cards, ...notes], nodesOf(shown)];
}

// Of all who came to a node, how many went no further: told where one way leads to one node.
function dropOff(store, nodes, edge) {
  const before = store.figures[edge.source]?.entered;
  const alone = edgesOf(nodes).filter((each) => each.target === edge.target).length === 1 && ports(nodes[edge.source]).length === 1;
  if (!before || !alone) return '';
  return `−${Math.max(0, Math.round(100 - (100 * (store.figures[edge.target]?.entered ?? 0)) / before))}%`;
}

function Canvas({ host, store, view }) {
  const state = useSyncExternalStore(store.subscribe, store.get);
  const seen = useSyncExternalStore(view.subscribe, view.get);
  const flow = useRef(null);
  flow.current = useReactFlow();
  const far = useStore((inside) => inside.transform[2] < FAR);
  const desk = useMemo(() => {
    const said = words();
    const readonly = 'readonly' in host.dataset;
    const base = { store, view, words: said.words, kinds: said.kinds, icons: host.dataset.icons, flow, readonly };
    return { ...base, act: acts(base) };
  }, [host, store, view]);
  const { act, kinds, readonly } = desk;
  const [cards, setCards] = useState([]);
  const [drawn, nodes] = useMemo(() => cardsOf(state, seen), [state.document, state.mode, state.compared, state.said, state.issues, seen.here, seen.connecting]);
  useEffect(() => setCards((before) => {
    const chosen = new Set(seen.chosen ?? before.filter((card) => card.selected).map((card) => card.id));
    return drawn.map((card) => ({ ...card, selected: chosen.has(card.id) }));
  }), [drawn, seen.chosen]);
  const ways = useMemo(() => edgesOf(nodes).map((edge) => ({
    id: `${edge.source}:${edge.port}`, source: edge.source, sourceHandle: edge.port, target: edge.target, targetHandle: 'in', type: 'way', focusable: false, markerEnd: { type: 'arrowclosed' },
    data: { after: edge.source, port: edge.port, mode: state.mode, text: [act.portText(nodes[edge.source], edge.port), state.mode === 'metrics' && dropOff(store, nodes, edge)].filter(Boolean).join(' ') },
  })), [nodes, state.mode, state.measured]);
  view.act = {
    after: (name) => {
      const node = nodesOf(state.document)[name];
      if (!node) { act.pick({}); return; }
      const open = ports(node).find((port) => !target(node, port)) ?? ports(node)[0];
      if (open) act.pick({ after: name, port: open }); else act.pick({});
    },
  };
  host.act = act;
  const chosen = cards.filter((card) => card.selected).map((card) => card.id);
  const dragged = (_event, _card, moved) => {
    const spots = moved.filter((card) => card.type === 'card').map((card) => [card.id, [card.position.x, card.position.y]]);
    if (spots.length) act.move(Object.fromEntries(spots));
    moved.filter((card) => card.type === 'note').forEach((card) => act.moveNote(card.id, card.position.x, card.position.y));
  };
  const dropped = (event) => {
    const kind = event.dataTransfer.getData('text/kind');
    const { x, y } = flow.current.screenToFlowPosition({ x: event.clientX - 116, y: event.clientY - 42 });
    if (kind) act.add(kind, { at: [x, y] });
  };
  const refused = (_event, tried) => {
    if (tried.fromNode && tried.toNode && !tried.isValid) act.connect(tried.fromNode.id, tried.fromHandle.id, tried.toNode.id);
  };
  const back = () => { view.set({ picking: null, finding: false, helping: false }); if (seen.here) act.go(seen.here); };
  return (
    <Desk.Provider value={desk}>
      <div className={far ? 'flow-far' : ''} style={{ height: '100%' }} onKeyDown={(event) => keys(event, { act, view, flow, chosen, all: () => cards.map((card) => card.id) })} onDragOver={(event) => event.preventDefault()} onDrop={dropped}>
        <ReactFlow
          nodes={cards} edges={ways} nodeTypes={TYPES} edgeTypes={WAYS} minZoom={0.1} fitView fitViewOptions={{ maxZoom: 1 }} snapToGrid snapGrid={[8, 8]}
          onNodesChange={(changes) => { if (seen.chosen) view.set({ chosen: null }); setCards((before) => applyNodeChanges(changes.filter((change) => change.type !== 'remove'), before)); }}
          onConnect={({ source, sourceHandle, target: to }) => act.connect(source, sourceHandle, to)} onConnectEnd={refused} isValidConnection={({ source, target: to }) => !refusal(state.document, source, to)}
          onNodeDragStop={dragged} onSelectionDragStop={(event, moved) => dragged(event, null, moved)} onNodeDoubleClick={(_event, card) => act.inspect(card.id)}
          nodesDraggable={!readonly && state.mode === 'edit'} nodesFocusable={false} edgesFocusable={false} disableKeyboardA11y deleteKeyCode={null} selectionKeyCode={null} multiSelectionKeyCode={['Shift', 'Control', 'Meta']}
          selectionOnDrag panOnDrag={[1, 2]} panOnScroll panActivationKeyCode="Space" zoomActivationKeyCode="Control" connectOnClick proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} />
        </ReactFlow>
        {seen.picking && <Picker label={desk.words.pick} options={Object.entries(kinds).map(([key, kind]) => ({ key, ...kind }))} onPick={(kind) => act.add(kind, seen.picking)} onClose={back} />}
        {seen.finding && <Picker label={desk.words.find} options={inOrder(state.document).map((key) => ({ key, text: `${key} ${state.said[key] ?? ''}` }))} onPick={(name) => { view.set({ finding: false }); act.go(name); }} onClose={back} />}
        {seen.helping && <div className="flow-picker" role="dialog" aria-label={desk.words.keys} tabIndex={-1} ref={(box) => box?.focus()} onKeyDown={(event) => { event.stopPropagation(); if (event.key === 'Escape') back(); }}><dl>{desk.words.list.map(([key, text]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={text}>{text}</dd>])}</dl></div>}
        <Trouble />
      </div>
    </Desk.Provider>
  );
}

// Somebody else saved, or the save was refused: told in place, with the ways on.
function Trouble() {
  const { store, words: said } = useDesk();
  const { clash, refused, failed } = useSyncExternalStore(store.subscribe, store.get);
  if (clash) {
    const mine = () => navigator.clipboard?.writeText(JSON.stringify(store.state.document));
    return (
      <div className="banner bad flow-bar" role="alert"><div className="stack"><p><b>{clash.by} {said.clash}</b></p><ul>{clash.changes.map((change) => <li key={change.node + change.said}>{said[change.what]}: {change.node} {change.said}</li>)}</ul>
        <div className="chips"><button type="button" className="btn small primary" onClick={() => store.save(clash.revision)}>{said.mine}</button><button type="button" className="btn small" onClick={() => { store.set({ clash: null }); store.reload(); }}>{said.theirs}</button><button type="button" className="btn small" onClick={mine}>{said.copy}</button></div></div></div>
    );
  }
  return refused || failed ? <div className="banner bad flow-bar" role="alert"><p>{refused || said.failed}</p></div> : null;
}

class Journey extends HTMLElement {
  async connectedCallback() {
    const [store, view] = [new Store(this), new View()];
    this.store = store;
    this.view = view;
    const asked = new URLSearchParams(location.search);
    await store.load();
    this.root = createRoot(this);
    this.root.render(<ReactFlowProvider><Canvas host={this} store={store} view={view} /></ReactFlowProvider>);
    store.subscribe(() => this.tell());
    this.tell();
    document.body.addEventListener('flow-saved', this.saved);
    document.addEventListener('click', this.pressed);
    document.addEventListener('change', this.chose);
    document.addEventListener('dragstart', this.lifted);
    addEventListener('beforeunload', this.leaving);
    this.timer = setInterval(() => { if (store.state.mode === 'metrics' && !document.hidden) store.measure(); }, MEASURE);
    this.turn(asked.get('mode') ?? 'edit', asked.get('v'));
    const name = asked.get('node');
    if (name && nodesOf(store.state.document)[name]) requestAnimationFrame(() => requestAnimationFrame(() => this.act?.go(name)));
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    document.body.removeEventListener('flow-saved', this.saved);
    document.removeEventListener('click', this.pressed);
    document.removeEventListener('change', this.chose);
    document.removeEventListener('dragstart', this.lifted);
    removeEventListener('beforeunload', this.leaving);
    this.root?.unmount();
  }

  saved = () => this.store.reload();

  leaving = (event) => { if (this.store.state.unsaved) event.preventDefault(); };

  lifted = (event) => {
    const kind = event.target.closest?.('[data-kind]')?.dataset.kind;
    if (kind) event.dataTransfer.setData('text/kind', kind);
  };

  pressed = (event) => {
    const button = event.target.closest('[data-act], [data-kind], [data-mode], [data-centre]');
    if (!button) return;
    const { act, kind, mode, centre } = button.dataset;
    if (mode) this.turn(mode);
    if (kind) this.palette(kind);
    if (centre && nodesOf(this.store.state.document)[centre]) this.act.go(centre);
    if (act === 'keys') this.view.set({ helping: true });
    else if (act) this.act[act]();
  };

  // from the palette by click or Enter: after the node where the keyboard stands, else alone
  palette(kind) {
    const { here } = this.view.get();
    const node = nodesOf(this.store.state.document)[here];
    const port = node && (ports(node).find((each) => !target(node, each)) ?? ports(node)[0]);
    this.act.add(kind, port ? { after: here, port } : {});
  }

  chose = (event) => {
    if (event.target.id === 'canvas-days') this.store.measure(Number(event.target.value));
    if (event.target.id === 'canvas-version') this.turn('compare', event.target.value);
  };

  async turn(mode, version) {
    const list = document.getElementById('canvas-version');
    if (list && version) list.value = version;
    this.store.set({ mode });
    if (mode === 'metrics') await this.store.measure();
    if (mode === 'compare') await this.store.compare(version ?? list?.value);
    const address = new URL(location.href);
    address.searchParams.set('mode', mode);
    if (mode === 'compare' && this.store.state.version) address.searchParams.set('v', this.store.state.version); else address.searchParams.delete('v');
    history.replaceState(history.state, '', address);
  }

  // The page's head and side say how the draft stands.
  tell() {
    const { state } = this.store;
    const said = words().words;
    document.querySelectorAll('[data-mode]').forEach((button) => button.setAttribute('aria-pressed', button.dataset.mode === state.mode));
    document.querySelectorAll('[data-for]').forEach((part) => { part.hidden = part.dataset.for !== state.mode; });
    const put = (name, text) => { const part = document.querySelector(`[data-${name}]`); if (part) part.textContent = text; };
    const time = state.saved && new Date(state.saved).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
    put('saved', state.unsaved ? said.saving : time ? `${said.saved} ${time}` : said.nodraft);
    put('issues', `${Object.values(state.issues).flat().length} ${said.issues}`);
    put('revision', `${said.draft} ${state.revision}`);
    const list = document.getElementById('canvas-changes');
    if (list && state.compared) list.replaceChildren(...state.compared.changes.map((change) => this.line(change, said)));
  }

  line(change, said) {
    const [item, button] = ['li', 'button'].map((tag) => document.createElement(tag));
    Object.assign(button, { type: 'button', textContent: `${said[change.what]}: ${change.node} ${change.said}` });
    button.dataset.centre = change.node;
    item.append(button);
    return item;
  }
}

customElements.define('x-journey', Journey);

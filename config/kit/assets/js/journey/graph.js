// The graph of a draft, as pure functions: a document in, another one out. Its ports are those of campaigns/flows/canvas/ports.py.
export const CARD = { width: 232, height: 84 };
export const STEP = 8;
const FIXED = { wait_until: ['next', 'on_timeout'], branch: ['else'], exit: [] };
const STARTS = {
  wait: { do: 'wait', for: '1d' },
  wait_until: { do: 'wait_until', timeout: '3d' },
  branch: { do: 'branch', cases: [{}] },
  send: { do: 'send', channel: 'email', purpose: 'marketing' },
  exit: { do: 'exit' },
};

export const canonical = (value) => JSON.stringify(value, (_key, held) => (
  held && typeof held === 'object' && !Array.isArray(held)
    ? Object.fromEntries(Object.keys(held).sort().map((key) => [key, held[key]])) : held));

export const nodesOf = (document) => document.definition.nodes ?? {};

export function ports(node) {
  const lists = ['cases', 'arms'].flatMap((name) => (node[name] ?? []).map((_item, place) => `${name}/${place}/next`));
  return [...lists, ...(node.arms ? [] : FIXED[node.do] ?? ['next'])];
}

export function target(node, port) {
  const [name, place] = port.split('/');
  return (place === undefined ? node[name] : node[name]?.[place]?.next) ?? '';
}

export function led(node, port, to) {
  const [name, place] = port.split('/');
  if (place !== undefined) return { ...node, [name]: node[name].map((item, at) => (at === Number(place) ? led(item, 'next', to) : item)) };
  const { [name]: _gone, ...rest } = node;
  return to ? { ...rest, [name]: to } : rest;
}

export function edges(nodes) {
  return Object.entries(nodes).flatMap(([source, node]) => ports(node)
    .map((port) => ({ source, port, target: target(node, port) }))
    .filter((edge) => nodes[edge.target]));
}

const withNodes = (document, nodes, more = {}) => ({ ...document, ...more, definition: { ...document.definition, ...more.definition, nodes } });

const freeName = (nodes, stem) => {
  let number = 1;
  while (nodes[`${stem}-${number}`]) number += 1;
  return `${stem}-${number}`;
};

const snap = ([x, y]) => [Math.round(x / STEP) * STEP, Math.round(y / STEP) * STEP];

export function place(document, places) {
  const snapped = Object.fromEntries(Object.entries(places).map(([name, at]) => [name, snap(at)]));
  return { ...document, places: { ...document.places, ...snapped } };
}

// A new node on a way takes what that way led to; without one it stands alone until something leads to it.
export function add(document, kind, { after, port, at }) {
  const nodes = nodesOf(document);
  const name = freeName(nodes, kind.replace('_', '-'));
  let made = { ...STARTS[kind] };
  const more = { ...nodes };
  if (after) {
    const open = kind === 'branch' ? 'else' : ports(made)[0];
    const onwards = target(nodes[after], port);
    if (open && onwards) made = led(made, open, onwards);
    more[after] = led(nodes[after], port, name);
  }
  more[name] = made;
  const first = document.definition.first || name;
  return [place(withNodes(document, more, { definition: { first } }), at ? { [name]: at } : {}), name];
}

export function drop(document, names) {
  const nodes = { ...nodesOf(document) };
  let { first } = document.definition;
  const places = { ...document.places };
  for (const name of names) {
    const gone = nodes[name];
    if (!gone) continue;
    delete nodes[name];
    delete places[name];
    const heir = ports(gone).map((port) => target(gone, port)).find((to) => to && to !== name) ?? '';
    for (const [each, node] of Object.entries(nodes)) {
      nodes[each] = ports(node).reduce((kept, port) => (target(kept, port) === name ? led(kept, port, heir) : kept), node);
    }
    if (first === name) first = heir;
  }
  return { ...withNodes(document, nodes, { definition: { first: first || Object.keys(nodes)[0] || '' } }), places };
}

export const connect = (document, source, port, to) => {
  const nodes = nodesOf(document);
  return withNodes(document, { ...nodes, [source]: led(nodes[source], port, to) });
};

export const copied = (document, names, places) => ({
  signalbox: 'nodes',
  nodes: Object.fromEntries(names.map((name) => [name, nodesOf(document)[name]])),
  places: Object.fromEntries(names.map((name) => [name, places[name]])),
});

// Ways among what is pasted are kept, ways to anything else are open.
export function paste(document, clip) {
  const nodes = { ...nodesOf(document) };
  const names = {};
  for (const [name, node] of Object.entries(clip.nodes)) {
    names[name] = freeName(nodes, String(node.do ?? 'node').replace('_', '-'));
    nodes[names[name]] = node;
  }
  const places = {};
  for (const [name, made] of Object.entries(names)) {
    nodes[made] = ports(nodes[made]).reduce((node, port) => led(node, port, names[target(node, port)] ?? ''), nodes[made]);
    const [x, y] = clip.places[name] ?? [0, 0];
    places[made] = [x + 48, y + 48];
  }
  return [place(withNodes(document, nodes), places), Object.values(names)];
}

const takesTime = (node) => node.do === 'wait' && (node.for !== undefined || node.until?.time !== undefined);

// Why a way cannot lead there: the name of the word that says so, or nothing.
export function refusal(document, source, to) {
  const nodes = nodesOf(document);
  if (source === to) return 'itself';
  const seen = new Set();
  const open = [to];
  while (open.length) {
    const name = open.pop();
    if (name === source) return takesTime(nodes[source]) ? '' : 'loop';
    if (seen.has(name) || !nodes[name] || takesTime(nodes[name])) continue;
    seen.add(name);
    open.push(...ports(nodes[name]).map((port) => target(nodes[name], port)));
  }
  return '';
}

export function inOrder(document) {
  const nodes = nodesOf(document);
  const found = new Set();
  const open = [document.definition.first];
  while (open.length) {
    const name = open.pop();
    if (!nodes[name] || found.has(name)) continue;
    found.add(name);
    open.push(...ports(nodes[name]).map((port) => target(nodes[name], port)).reverse());
  }
  return [...found, ...Object.keys(nodes).filter((name) => !found.has(name))];
}

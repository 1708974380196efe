// Where cards lie: laid out from top to bottom on demand, and for those that nobody has put anywhere yet.
import { Graph, layout } from '@dagrejs/dagre';
import { CARD, edges, inOrder, nodesOf } from './graph.js';

// In the order in which people meet them, so that the first way out tends to lie on the left.
export function laidOut(nodes, first) {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 72 });
  graph.setDefaultEdgeLabel(() => ({}));
  inOrder({ definition: { nodes, first } }).forEach((name) => graph.setNode(name, { ...CARD }));
  edges(nodes).forEach((edge) => graph.setEdge(edge.source, edge.target));
  layout(graph);
  return Object.fromEntries(graph.nodes().map((name) => {
    const { x, y } = graph.node(name);
    return [name, [Math.round((x - CARD.width / 2) / 8) * 8, Math.round((y - CARD.height / 2) / 8) * 8]];
  }));
}

export function placesOf(document) {
  const nodes = nodesOf(document);
  const missing = Object.keys(nodes).filter((name) => !document.places[name]);
  return missing.length ? { ...laidOut(nodes, document.definition.first), ...document.places } : document.places;
}

// The journey as a PNG: cards and ways drawn anew, so that nothing of the page has to be copied.
import { CARD, edges, nodesOf } from './graph.js';

const PAD = 40;

export function picture(document, places, { title, sub }) {
  const spots = Object.values(places);
  const [left, top] = [0, 1].map((axis) => Math.min(...spots.map((spot) => spot[axis])) - PAD);
  const canvas = window.document.createElement('canvas');
  canvas.width = Math.max(...spots.map((spot) => spot[0])) + CARD.width + PAD - left;
  canvas.height = Math.max(...spots.map((spot) => spot[1])) + CARD.height + PAD - top;
  const pen = canvas.getContext('2d');
  const style = getComputedStyle(window.document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  pen.fillStyle = colour('bg');
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate(-left, -top);
  pen.strokeStyle = colour('line-strong');
  edges(nodesOf(document)).forEach((edge) => {
    const [[x, y], [tx, ty]] = [places[edge.source], places[edge.target]];
    pen.beginPath();
    pen.moveTo(x + CARD.width / 2, y + CARD.height);
    pen.bezierCurveTo(x + CARD.width / 2, y + CARD.height + 40, tx + CARD.width / 2, ty - 40, tx + CARD.width / 2, ty);
    pen.stroke();
  });
  Object.keys(nodesOf(document)).forEach((name) => {
    const [x, y] = places[name];
    pen.fillStyle = colour('raised');
    pen.beginPath();
    pen.roundRect(x, y, CARD.width, CARD.height, 8);
    pen.fill();
    pen.stroke();
    pen.fillStyle = colour('ink');
    pen.font = `600 13px ${colour('font-ui')}`;
    pen.fillText(title(name), x + 12, y + 28, CARD.width - 24);
    pen.font = `12px ${colour('font-ui')}`;
    pen.fillText(sub(name), x + 12, y + 52, CARD.width - 24);
  });
  return canvas;
}

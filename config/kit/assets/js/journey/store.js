// What the canvas knows: the document, the steps back and forward (100, surviving a reload), and saving after a second of rest.
import { canonical } from './graph.js';

const STEPS = 100;
const IDLE = 1000;

export class Store {
  constructor(element) {
    this.urls = element.dataset;
    this.listeners = new Set();
    this.past = [];
    this.future = [];
    this.figures = {};
    this.state = { document: null, issues: {}, said: {}, revision: 0, clash: null, mode: 'edit', compared: null, days: 7, unsaved: false };
  }

  subscribe = (listener) => { this.listeners.add(listener); return () => this.listeners.delete(listener); };

  get = () => this.state;

  set(change) {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }

  async load() {
    this.adopt(await (await fetch(this.urls.document)).json());
    const kept = JSON.parse(sessionStorage.getItem(this.place) ?? 'null');
    if (kept?.now === canonical(this.state.document)) Object.assign(this, { past: kept.past, future: kept.future });
  }

  get place() { return `canvas:${this.urls.key}`; }

  keep() {
    const kept = { now: canonical(this.state.document), past: this.past, future: this.future };
    try {
      sessionStorage.setItem(this.place, JSON.stringify(kept));
    } catch { // the browser's room is full: fewer steps outlive a reload
      this.past = this.past.slice(-STEPS / 4);
      sessionStorage.removeItem(this.place);
    }
  }

  adopt({ document, revision, issues, said, saved }) {
    this.set({ document, revision, issues, said, saved, unsaved: false });
  }

  commit(document) {
    if (canonical(document) === canonical(this.state.document)) return;
    this.past = [...this.past, this.state.document].slice(-STEPS);
    this.future = [];
    this.put(document);
  }

  put(document) {
    this.set({ document, unsaved: true });
    this.keep();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.save(), IDLE);
  }

  step(from, to) {
    const document = this[from].pop();
    if (!document) return false;
    this[to].push(this.state.document);
    this.put(document);
    return true;
  }

  undo() { return this.step('past', 'future'); }

  redo() { return this.step('future', 'past'); }

  // One save at a time; what changed while it was under way is saved after it.
  save(revision = this.state.revision) {
    clearTimeout(this.idle);
    this.saving = (this.saving ?? Promise.resolve()).then(() => this.send(revision)).catch(() => this.set({ failed: true }));
    return this.saving;
  }

  async send(revision) {
    const sent = this.state.document;
    if (!this.state.unsaved) return;
    const body = new URLSearchParams({ document: JSON.stringify(sent), revision: this.state.clash ? revision : this.state.revision });
    const token = document.querySelector('meta[name=csrf-token]').content;
    const answer = await fetch(this.urls.save, { method: 'POST', body, headers: { 'X-CSRFToken': token } });
    const said = await answer.json();
    if (answer.status === 409) { this.set({ clash: said }); return; }
    if (!answer.ok) { this.set({ refused: said.said }); return; }
    const same = sent === this.state.document;
    const { revision: now, issues, said: words, saved } = said;
    this.set({ revision: now, issues, said: words, saved, clash: null, refused: '', failed: false, unsaved: !same });
  }

  // The inspector saved on its own: what it changed is a step like any other.
  async reload() {
    const before = this.state.document;
    const said = await (await fetch(this.urls.document)).json();
    if (canonical(before) !== canonical(said.document)) {
      this.past = [...this.past, before].slice(-STEPS);
      this.future = [];
    }
    this.adopt(said);
    this.keep();
  }

  async measure(days = this.state.days) {
    const said = await (await fetch(`${this.urls.figures}?days=${days}`)).json();
    this.figures = said.nodes;
    this.set({ days, measured: Date.now() });
  }

  async compare(version) {
    const compared = version ? await (await fetch(`${this.urls.document}?v=${version}`)).json() : null;
    this.set({ compared, version });
  }
}

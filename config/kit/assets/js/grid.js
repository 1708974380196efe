// The decision table: its cells are the fields of a plain form; this walks, fills down, pastes and takes back among them.
// Two modes, as in a spreadsheet: arrows walk until Enter, F2 or typing edits a cell; Esc puts back what it said before.
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const MOST = 200;

const cells = (text) => text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n').map((line) => line.split('\t'));

class Grid extends HTMLElement {
  connectedCallback() {
    this.form = this.closest('form');
    this.past = [];
    this.future = [];
    const on = (name, act) => this.addEventListener(name, act);
    on('keydown', (event) => this.key(event));
    on('focusin', (event) => this.enter(event.target));
    on('focusout', (event) => this.leave(event.target));
    on('dblclick', (event) => this.edit(event.target));
    on('input', (event) => { if (this.isCell(event.target)) this.editing = event.target; });
    on('paste', (event) => this.paste(event));
  }

  isCell(field) {
    return field.matches?.('input[data-col]') ?? false;
  }

  at(row, column) {
    return this.querySelector(`input[data-row="${row}"][data-col="${column}"]`);
  }

  place(cell) {
    return [Number(cell.dataset.row), Number(cell.dataset.col)];
  }

  enter(cell) {
    if (!this.isCell(cell)) return;
    this.before = cell.value;
    cell.select();
  }

  leave(cell) {
    if (!this.isCell(cell)) return;
    if (cell.value !== this.before) this.note([[cell, this.before, cell.value]]);
    this.editing = null;
  }

  edit(cell) {
    if (!this.isCell(cell)) return;
    this.editing = cell;
    cell.setSelectionRange(cell.value.length, cell.value.length);
  }

  walk(cell, [down, right]) {
    const [row, column] = this.place(cell);
    this.at(row + down, column + right)?.focus();
  }

  key(event) {
    const cell = event.target;
    if (!this.isCell(cell) || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 'd') this.fill(cell);
    else if (command && event.key.toLowerCase() === 'z') this.turn(event.shiftKey);
    else if (command && event.key.toLowerCase() === 'y') this.turn(true);
    else if (event.key === 'Escape') this.back(cell);
    else if (event.key === 'Enter') this.confirm(cell, event.shiftKey);
    else if (event.key === 'F2') this.edit(cell);
    else if (STEPS[event.key] && this.editing !== cell && !command && !event.altKey && !event.shiftKey) this.walk(cell, STEPS[event.key]);
    else return;
    event.preventDefault();
  }

  confirm(cell, up) {
    if (this.editing !== cell) this.edit(cell);
    else this.walk(cell, [up ? -1 : 1, 0]);
    if (document.activeElement === cell && this.editing === cell && cell.value !== this.before) this.commit(cell);
  }

  commit(cell) {
    this.note([[cell, this.before, cell.value]]);
    this.before = cell.value;
  }

  back(cell) {
    cell.value = this.before;
    this.editing = null;
    cell.select();
  }

  fill(cell) {
    const [row, column] = this.place(cell);
    const above = this.at(row - 1, column);
    if (above) this.put([[cell, cell.value, above.value]]);
  }

  // a block that fits is put in here; a longer one goes to the server, which adds the rows
  paste(event) {
    const cell = event.target;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!this.isCell(cell) || !/[\t\n]/.test(text.replace(/\r?\n$/, ''))) return;
    event.preventDefault();
    const [row, column] = this.place(cell);
    const block = cells(text);
    if (/"/.test(text) || !this.at(row + block.length - 1, column)) {
      this.form.elements.paste.value = text;
      this.form.elements.paste_at.value = `${row}.${column}`;
      this.form.requestSubmit(this.form.querySelector('button[value=paste]'));
      return;
    }
    const puts = block.flatMap((line, down) => line.map((value, right) => [this.at(row + down, column + right), value.trim() || '-']));
    this.put(puts.filter(([field]) => field).map(([field, value]) => [field, field.value, value]));
  }

  put(changes) {
    changes.forEach(([field, , value]) => this.write(field, value));
    this.note(changes);
    this.before = document.activeElement?.value;
  }

  write(field, value) {
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    this.editing = null;
  }

  note(changes) {
    this.past = [...this.past, changes].slice(-MOST);
    this.future = [];
  }

  // what is being typed is the first thing to take back
  turn(forward) {
    const cell = document.activeElement;
    if (!forward && this.isCell(cell) && cell.value !== this.before) this.commit(cell);
    const [from, to] = forward ? [this.future, this.past] : [this.past, this.future];
    const changes = from.pop();
    if (!changes) return;
    changes.forEach(([field, old, value]) => this.write(field, forward ? value : old));
    to.push(changes);
    changes[0][0].focus();
    this.before = changes[0][0].value;
  }
}

customElements.define('x-grid', Grid);

'use strict';
// What moves on the page. Its text is in the page's Content-Security-Policy: nothing else runs, and nothing connects.

const SVG = 'http://www.w3.org/2000/svg';
const VIEWS = { input: 'the input', both: 'all of the field, too', field: 'the field close up' };
const MOST_IN_GRID = 64;
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const coarse = matchMedia('(pointer: coarse)');

function make(name, attributes = {}, ...children) {
  const element = name.startsWith('svg:') ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function dataOf(name) {
  const block = document.getElementById(`data-${name}`);
  return block ? JSON.parse(block.textContent) : {};
}

/** Calls `work` with the latest arguments once before the next picture. */
function oncePerFrame(work) {
  let latest = null;
  return (...given) => {
    if (latest === null) requestAnimationFrame(() => { const now = latest; latest = null; work(...now); });
    latest = given;
  };
}

// -- what a unit reads -------------------------------------------------------------------------------

/** As Python rounds: halves to the even number. */
function rounded(numerator, denominator) {
  const floor = Math.floor(numerator / denominator);
  const rest = 2 * (numerator - floor * denominator);
  return rest > denominator || (rest === denominator && floor % 2 !== 0) ? floor + 1 : floor;
}

/** The runs of pixels [first, length] that unit `i` reads; the set is one of the page's data. */
function runsOf(set, i) {
  const flat = (phase, shift) => {
    const [offset, runs] = set.phases[phase];
    const found = [];
    for (let k = 0; k < runs.length; k += 2) found.push([offset + shift + runs[k], runs[k + 1]]);
    return found;
  };
  if (set.pace && (i < 0 || i >= set.period)) {
    const edge = i < 0 ? 0 : set.period - 1;
    return flat(edge, rounded((i - edge) * set.pace[0], set.pace[1]));
  }
  const turns = Math.floor(i / set.period);
  return flat(i - turns * set.period, turns * set.jump);
}

function hullOf(runs) {
  if (!runs.length) return null;
  const last = runs[runs.length - 1];
  return [runs[0][0], last[0] + last[1]];
}

/** One axis of a call, at a place from 0 to 1 along the map. */
function axisAt(call, sets, index, share) {
  const axis = { name: call.axes[index], extent: call.extent[index], size: call.size[index], erf: call.erf[index] };
  const set = call.sets[index] === null ? null : sets[call.sets[index]];
  const stride = call.stride[index];
  if (set !== null) {
    const units = set.units;
    axis.units = units ?? set.period;
    axis.unit = Math.min(axis.units - 1, Math.floor(share * axis.units));
    // The size of the map is not known: the phases are shown in the middle of the input.
    const turns = units === null && axis.extent && set.jump ? Math.floor(axis.extent / 2 / set.jump) : 0;
    axis.runs = runsOf(set, axis.unit + turns * set.period);
    axis.phase = [axis.unit % set.period, set.pace ? 1 : set.period];
    axis.isHull = Boolean(set.hull);
  } else if (axis.size !== null && stride && call.start[index] !== null) {
    axis.units = 1;
    axis.unit = 0;
    axis.runs = [[axis.extent ? Math.round((axis.extent - axis.size) / 2) : call.start[index], axis.size]];
    axis.isHull = true;
  } else {
    axis.isEverything = true;
    axis.runs = axis.extent ? [[0, axis.extent]] : [];
  }
  axis.hull = hullOf(axis.runs);
  axis.read = axis.runs.reduce((sum, run) => sum + run[1], 0);
  return axis;
}

// -- the drawing -------------------------------------------------------------------------------------

class Drawing {
  constructor(box, sets) {
    Object.assign(this, { box, sets, share: {}, row: null, turn: null });
    this.title = make('h3', { 'aria-live': 'polite' });
    this.said = make('p', { class: 'said' });
    this.pictures = make('div', { class: 'pictures' });
    this.controls = make('div');
    this.details = make('dl', { class: 'details' });
    this.shown = make('select', {}, ...Object.entries(VIEWS).map(([value, text]) => make('option', { value }, text)));
    this.shown.addEventListener('change', () => this.draw());
    this.viewLabel = make('label', {}, 'show', this.shown);
    this.key = make('p', { class: 'key' });
    for (const [name, text] of [['read', 'read'], ['inside', 'input'], ['outside', 'padding'], ['effective', 'effective ≈']]) {
      this.key.append(make('span', {}, make('i', { class: name }), text));
    }
    box.append(this.title, this.said, this.pictures, this.controls, this.key, this.viewLabel, this.details);
  }

  show(row, calls) {
    if (row !== this.row) this.turn = null;
    Object.assign(this, { row, calls });
    this.title.textContent = row.dataset.name || row.cells[1].textContent;
    const titles = row.closest('table').tHead.rows[0].cells;
    this.details.replaceChildren(...[...row.cells].slice(1).filter((cell) => cell.textContent)
      .flatMap((cell) => [make('dt', {}, titles[cell.cellIndex].textContent), make('dd', {}, cell.textContent)]));
    this.draw();
  }

  draw() {
    const { calls } = this;
    const turn = Math.min(this.turn ?? calls.length - 1, calls.length - 1);
    const call = calls[turn];
    const axes = (call?.axes ?? []).map((name, index) => axisAt(call, this.sets, index, this.share[name] ?? 0.5));
    this.said.textContent = call ? this.sentence(call, axes) : 'holds the layers below';
    const isDrawn = axes.some((axis) => axis.hull);
    this.pictures.replaceChildren(...(isDrawn ? this.picturesOf(axes, call.global) : []));
    this.controlsOf(axes, calls, turn);
    for (const part of [this.key, this.viewLabel]) part.hidden = !isDrawn || axes.every((axis) => axis.isEverything);
  }

  sentence(call, axes) {
    if (!call.axes) return `${call.output} · nothing of the input is located in it`;
    if (axes.every((axis) => axis.isEverything)) return `${call.output} · every unit sees the whole input`;
    const holes = axes.some((axis) => axis.runs.length > 1) ? ' with holes' : '';
    const hull = axes.some((axis) => axis.isHull) ? ' · drawn from its first to its last pixel' : '';
    return `${call.output} · RF ${call.text}${holes}${hull}`;
  }

  picturesOf(axes, isGlobal) {
    const plane = axes.length > 1 ? axes.slice(-2) : [];
    const strips = axes.slice(0, axes.length - plane.length);
    const found = strips.map((axis) => this.strip(axis, isGlobal));
    if (plane.length) found.push(this.plane(plane[0], plane[1], isGlobal));
    return found;
  }

  /** From where to where an axis is shown. */
  view(axis) {
    const hull = axis.hull ?? [0, 1];
    const views = { field: hull, input: [0, axis.extent], both: [Math.min(0, hull[0]), Math.max(axis.extent, hull[1])] };
    const [from, to] = axis.extent ? views[this.shown.value] : hull;
    const margin = Math.max(1, Math.round((to - from) * 0.12));
    return [from - margin, to - from + 2 * margin];
  }

  plane(down, across, isGlobal) {
    const [[left, width], [top, height]] = [this.view(across), this.view(down)];
    const box = { viewBox: `${left} ${top} ${width} ${height}`, class: 'plane', role: 'img', 'aria-label': this.said.textContent };
    const svg = make('svg:svg', box, hatching(Math.max(width, height)));
    svg.style.aspectRatio = `${width} / ${height}`;
    const isKnown = across.extent && down.extent;
    svg.append(rectangle(left, top, width, height, isKnown ? { fill: 'url(#hatching)' } : { class: 'open' }));
    const clip = make('svg:clipPath', { id: `${this.box.id}-rows` });
    clip.append(make('svg:path', { d: down.runs.map(([at, long]) => `M${left} ${at}h${width}v${long}h${-width}z`).join('') }));
    const columns = across.runs.map(([at, long]) => `M${at} ${top}h${long}v${height}h${-long}z`).join('');
    svg.append(make('svg:defs', {}, clip));
    if (isKnown) {
      svg.append(rectangle(0, 0, across.extent, down.extent, { class: 'input' }));
      if (isGlobal) svg.append(rectangle(0, 0, across.extent, down.extent, { class: 'everything' }));
    }
    svg.append(make('svg:path', { d: columns, class: 'read', 'clip-path': `url(#${this.box.id}-rows)` }));
    svg.append(...grid(left, top, width, height));
    const [h, v] = [across.hull, down.hull];
    if (h && v) {
      svg.append(rectangle(h[0], v[0], h[1] - h[0], v[1] - v[0], { class: 'hull' }));
      if (across.erf !== null && down.erf !== null) {
        const centre = { cx: (h[0] + h[1]) / 2, cy: (v[0] + v[1]) / 2, rx: across.erf / 2, ry: down.erf / 2 };
        svg.append(make('svg:ellipse', { ...centre, class: 'effective', 'vector-effect': 'non-scaling-stroke' }));
      }
    }
    this.followPointer(svg, across, down);
    return svg;
  }

  strip(axis, isGlobal) {
    const [left, width] = this.view(axis);
    const box = { viewBox: `${left} 0 ${width} 10`, class: 'strip', preserveAspectRatio: 'none', role: 'img', 'aria-label': this.said.textContent };
    const svg = make('svg:svg', box);
    if (axis.extent) {
      svg.append(rectangle(0, 1, axis.extent, 8, { class: 'input' }));
      if (isGlobal) svg.append(rectangle(0, 1, axis.extent, 8, { class: 'everything' }));
    }
    const runs = axis.runs.map(([at, long]) => `M${at} 1h${long}v8h${-long}z`).join('');
    svg.append(make('svg:path', { d: runs, class: 'read' }));
    if (axis.hull) {
      svg.append(rectangle(axis.hull[0], 1, axis.hull[1] - axis.hull[0], 8, { class: 'hull' }));
      if (axis.erf !== null) {
        const middle = (axis.hull[0] + axis.hull[1]) / 2;
        svg.append(rectangle(middle - axis.erf / 2, 3, axis.erf, 4, { class: 'effective' }));
      }
    }
    this.followPointer(svg, axis, null);
    return svg;
  }

  /** A press in the picture moves the unit there. */
  followPointer(svg, across, down) {
    const move = (event) => {
      if (event.type === 'pointermove' && !event.buttons) return;
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      for (const [axis, at] of [[across, point.x], [down, point.y]]) {
        if (axis?.extent) this.share[axis.name] = Math.min(Math.max(at / axis.extent, 0), 0.9999);
      }
      this.draw();
    };
    svg.addEventListener('pointerdown', move);
    svg.addEventListener('pointermove', move);
  }

  controlsOf(axes, calls, turn) {
    const wanted = axes.filter((axis) => !axis.isEverything).map((axis) => ({
      name: axis.name, most: axis.units - 1, at: axis.unit, text: this.readout(axis),
      set: (at) => { this.share[axis.name] = (at + 0.5) / axis.units; },
    }));
    if (calls.length > 1) {
      const text = `call ${turn + 1} of ${calls.length}`;
      wanted.push({ name: 'call', most: calls.length - 1, at: turn, text, set: (at) => { this.turn = at; } });
    }
    const names = wanted.map((one) => one.name).join(' ');
    if (this.controls.dataset.names !== names) {
      this.controls.dataset.names = names;
      this.controls.replaceChildren(...wanted.map((one) => make('div', { class: 'axis' }, make('span', {}, one.name),
        make('input', { type: 'range', min: 0, step: 1, 'aria-label': `unit along ${one.name}` }), make('output'))));
    }
    [...this.controls.children].forEach((line, index) => {
      const [, slider, output] = line.children;
      Object.assign(slider, { max: wanted[index].most, value: wanted[index].at, disabled: wanted[index].most < 1 });
      slider.oninput = () => { wanted[index].set(Number(slider.value)); this.draw(); };
      output.textContent = wanted[index].text;
    });
  }

  readout(axis) {
    const parts = [`unit ${axis.unit + 1} of ${axis.units}`];
    if (axis.hull) parts.push(`pixels ${axis.hull[0]} to ${axis.hull[1] - 1}`);
    if (axis.runs.length > 1) parts.push(`${axis.read} of ${axis.hull[1] - axis.hull[0]} read`);
    if (axis.phase && axis.phase[1] > 1) parts.push(`phase ${axis.phase[0] + 1} of ${axis.phase[1]}`);
    return parts.join(' · ');
  }
}

function rectangle(x, y, width, height, attributes) {
  return make('svg:rect', { x, y, width, height, 'vector-effect': 'non-scaling-stroke', ...attributes });
}

function hatching(size) {
  const step = size / 45;
  const line = make('svg:path', { d: `M0 ${step}L${step} 0`, class: 'hatch', 'vector-effect': 'non-scaling-stroke' });
  return make('svg:defs', {}, make('svg:pattern', { id: 'hatching', width: step, height: step, patternUnits: 'userSpaceOnUse' }, line));
}

/** Lines between pixels that are large enough. */
function grid(left, top, width, height) {
  if (Math.max(width, height) > MOST_IN_GRID) return [];
  let d = '';
  for (let x = left + 1; x < left + width; x += 1) d += `M${x} ${top}v${height}`;
  for (let y = top + 1; y < top + height; y += 1) d += `M${left} ${y}h${width}`;
  return [make('svg:path', { d, class: 'grid', 'vector-effect': 'non-scaling-stroke' })];
}

// -- a model -----------------------------------------------------------------------------------------

class Model {
  constructor(section, number) {
    const { calls, fields, sets, growth } = dataOf(number);
    Object.assign(this, { section, chart: null });
    this.calls = (calls ?? []).map(([output, field]) => ({ output, ...(field === null ? {} : fields[field]) }));
    this.table = section.querySelector('.layers');
    this.rows = this.table ? [...this.table.tBodies[0].rows] : [];
    if (!this.rows.length) return;
    this.drawing = new Drawing(document.getElementById(`drawing-${number}`), sets);
    const box = document.getElementById(`chart-${number}`);
    if (growth && box) this.chart = new Chart(box, growth, (place) => this.rowAt(place), this);
    else if (box) box.hidden = true;
    this.preview = oncePerFrame((row) => this.look(row));
    this.listen();
    this.fold();
    this.choose(this.rows.find((row) => row.dataset.calls && !row.hidden) ?? this.rows[0]);
  }

  look(row) {
    this.drawing.show(row, row.dataset.calls ? row.dataset.calls.split(' ').map((index) => this.calls[index]) : []);
    this.chart?.mark(Number(row.dataset.from) || null, Number(row.dataset.to) || null);
  }

  resize() {
    this.chart?.resize();
  }

  choose(row, isFocused = false) {
    for (const other of this.rows) {
      other.tabIndex = other === row ? 0 : -1;
      other.setAttribute('aria-selected', String(other === row));
    }
    this.chosen = row;
    if (isFocused) row.focus({ preventScroll: false });
    this.preview(row);
  }

  listen() {
    const body = this.table.tBodies[0];
    const rowOf = (event) => event.target.closest('tr');
    body.addEventListener('pointerover', (event) => { if (event.pointerType !== 'touch' && rowOf(event)) this.preview(rowOf(event)); });
    body.addEventListener('pointerleave', () => this.preview(this.chosen));
    body.addEventListener('click', (event) => {
      const row = rowOf(event);
      if (event.target.closest('th') && row.ariaExpanded !== null) this.toggle(row, row.ariaExpanded !== 'true');
      this.choose(row);
    });
    body.addEventListener('focusin', (event) => { if (rowOf(event) !== this.chosen) this.choose(rowOf(event)); });
    body.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || !this.key(event.key, rowOf(event))) return;
      event.preventDefault();
    });
    this.section.querySelector('.tools').addEventListener('click', (event) => this.tool(event.target));
  }

  tool(control) {
    if (control.dataset.do === 'columns') this.table.classList.toggle('wide-open', control.checked);
    if (control.dataset.do !== 'open' && control.dataset.do !== 'close') return;
    for (const row of this.rows) if (row.ariaExpanded !== null) row.ariaExpanded = String(control.dataset.do === 'open');
    this.fold();
    if (this.chosen.hidden) this.choose(this.rows[0]);
  }

  /** Whether the key means something in the tree. */
  key(key, row) {
    const shown = this.rows.filter((one) => !one.hidden);
    const at = shown.indexOf(row);
    const inner = row.ariaExpanded;
    if (key === 'ArrowDown') this.choose(shown[Math.min(at + 1, shown.length - 1)], true);
    else if (key === 'ArrowUp') this.choose(shown[Math.max(at - 1, 0)], true);
    else if (key === 'Home') this.choose(shown[0], true);
    else if (key === 'End') this.choose(shown[shown.length - 1], true);
    else if (key === 'ArrowRight' && inner === 'false') this.toggle(row, true);
    else if (key === 'ArrowRight' && inner === 'true') this.choose(shown[at + 1], true);
    else if (key === 'ArrowLeft' && inner === 'true') this.toggle(row, false);
    else if (key === 'ArrowLeft') this.choose(this.above(row) ?? row, true);
    else if ((key === 'Enter' || key === ' ') && inner !== null) this.toggle(row, inner !== 'true');
    else return false;
    return true;
  }

  above(row) {
    return this.rows.slice(0, this.rows.indexOf(row)).reverse().find((one) => Number(one.ariaLevel) < Number(row.ariaLevel));
  }

  toggle(row, isOpen) {
    row.ariaExpanded = String(isOpen);
    this.fold();
  }

  fold() {
    let closed = Infinity;
    for (const row of this.rows) {
      const level = Number(row.ariaLevel);
      row.hidden = level > closed;
      if (!row.hidden) closed = row.ariaExpanded === 'false' ? level : Infinity;
    }
  }

  /** The row of a place in the chart. */
  rowAt(place) {
    return this.rows.find((row) => row.ariaExpanded === null && Number(row.dataset.from) <= place && place <= Number(row.dataset.to));
  }

  /** A point of the chart was pressed: its row is opened and chosen. */
  reveal(row) {
    for (let one = this.above(row); one; one = this.above(one)) one.ariaExpanded = 'true';
    this.fold();
    this.choose(row);
    row.scrollIntoView({ block: 'nearest' });
  }
}

// -- charts ------------------------------------------------------------------------------------------

const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
let library = null;

/** The plotting library, unpacked the first time it is needed. */
function plotting() {
  library ??= (async () => {
    const packed = atob(document.getElementById('library').textContent);
    const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
    const script = document.createElement('script');
    script.textContent = text;
    document.head.append(script);
    return window.Plotly;
  })();
  return library;
}

class Chart {
  constructor(box, figure, rowAt, model) {
    Object.assign(this, { box, figure, rowAt, model, marked: [null, null], plotly: null });
    dark.addEventListener('change', () => this.plotly && this.plotly.react(box, ...this.themed()));
    this.ready = this.start().catch(() => { box.textContent = 'This browser cannot show the chart.'; });
  }

  async start() {
    this.plotly = await plotting();
    await this.plotly.newPlot(this.box, ...this.themed(), {
      displaylogo: false, responsive: true, displayModeBar: coarse.matches ? false : 'hover',
      toImageButtonOptions: { filename: 'receptive-field', scale: 2 }, modeBarButtons: [['zoom2d', 'pan2d', 'resetScale2d', 'toImage']],
    });
    if (!this.model) return;
    const rowOf = (event) => this.rowAt(event.points[0].x);
    this.box.on('plotly_hover', (event) => { const row = rowOf(event); if (row) this.model.preview(row); });
    this.box.on('plotly_unhover', () => this.model.preview(this.model.chosen));
    this.box.on('plotly_click', (event) => { const row = rowOf(event); if (row) this.model.reveal(row); });
  }

  /** The window may have changed while the chart was hidden. */
  resize() {
    if (this.box.layout) this.plotly.Plots.resize(this.box);
  }

  /** Data and layout in the page's colours. */
  themed() {
    const data = structuredClone(this.figure.data);
    data.filter((trace) => trace.type !== 'heatmap').forEach((trace) => {
      trace.line.color = colour(trace.meta);
      trace.marker.color = trace.line.color;
    });
    const layout = structuredClone(this.figure.layout);
    layout.font = { color: colour('ink'), family: getComputedStyle(document.body).fontFamily, size: 12 };
    layout.hoverlabel = { bgcolor: colour('raised'), bordercolor: colour('line'), font: { color: colour('ink') } };
    layout.modebar = { bgcolor: 'rgba(0,0,0,0)', color: colour('faint'), activecolor: colour('ink') };
    for (const axis of [layout.xaxis, layout.yaxis]) Object.assign(axis, { gridcolor: colour('line'), linecolor: colour('line') });
    for (const shape of layout.shapes ?? []) shape.line.color = colour('extent');
    if (coarse.matches) layout.dragmode = false;
    layout.shapes = [...(layout.shapes ?? []), this.markOf(...this.marked)];
    return [data, layout];
  }

  markOf(from, to) {
    const place = { x0: (from ?? 0) - 0.5, x1: (to ?? 0) + 0.5, y0: 0, y1: 1, xref: 'x', yref: 'paper' };
    return { type: 'rect', layer: 'below', line: { width: 0 }, fillcolor: colour('chosen'), visible: from !== null, ...place };
  }

  mark(from, to) {
    if (from === this.marked[0] && to === this.marked[1]) return;
    this.marked = [from, to];
    const name = `shapes[${(this.figure.layout.shapes ?? []).length}]`;
    const { x0, x1, visible } = this.markOf(from, to);
    if (this.box.layout) this.plotly.relayout(this.box, { [`${name}.x0`]: x0, [`${name}.x1`]: x1, [`${name}.visible`]: visible });
  }
}

// -- tabs --------------------------------------------------------------------------------------------

const started = new Map();

function start(section) {
  if (started.has(section)) {
    started.get(section).resize();
    return;
  }
  if (section.id === 'overview') {
    const { growth } = dataOf('overview');
    const box = document.getElementById('chart-overview');
    if (growth) started.set(section, new Chart(box, growth, () => null, null));
    else box.hidden = true;
  } else started.set(section, new Model(section, section.id.slice('model-'.length)));
}

function tabs(sections) {
  const list = make('nav', { class: 'tabs', role: 'tablist', 'aria-label': 'models' });
  const buttons = sections.map((section) => {
    const label = section.getAttribute('aria-label') ?? section.querySelector('h2').textContent;
    section.setAttribute('role', 'tabpanel');
    return make('button', { type: 'button', role: 'tab', 'aria-controls': section.id }, label);
  });
  const show = (section) => {
    sections.forEach((one, index) => {
      one.hidden = one !== section;
      buttons[index].setAttribute('aria-selected', String(one === section));
      buttons[index].tabIndex = one === section ? 0 : -1;
    });
    start(section);
  };
  const go = (index) => {
    const section = sections[(index + sections.length) % sections.length];
    show(section);
    try {
      history.replaceState(null, '', `#${section.id}`);
    } catch {
      // A page inside of another one has no address of its own.
    }
    buttons[sections.indexOf(section)].focus();
  };
  buttons.forEach((button, index) => button.addEventListener('click', () => go(index)));
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) go(buttons.indexOf(document.activeElement) + step);
  });
  const named = () => sections.find((section) => `#${section.id}` === location.hash) ?? sections[0];
  addEventListener('hashchange', () => show(named()));
  list.append(...buttons);
  sections[0].before(list);
  show(named());
}

root.classList.add('scripted');
const sections = [...document.querySelectorAll('#overview, .model')];
if (sections.length > 1) tabs(sections);
else sections.forEach(start);

// The viewer's script. All panes are made from one JSON object (Viewer.cpp writes it). A selection is a set of ops, by the
// numbers they have through all stages, and a set of lines; each pane marks what of its items has to do with it.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const $ = id => document.getElementById(id);
const text = number => data.strings[number];
const bodyOf = id => $(id).querySelector('.body');
const panes = ['source', 'math', 'graph', 'calls', 'nests', 'code'];

/** An element with properties, attributes where the name has a dash or is a role, and children. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === 'dataset') Object.assign(element.dataset, value);
    else if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}
const grouped = number => number.toLocaleString('en-US');

// Lines are numbered through all sources, a million to each.
const linesPerSource = 1000000;
function lineName(key) {
  const source = Math.floor(key / linesPerSource);
  return (source ? data.sources[source].name + ' ' : '') + 'line ' + key % linesPerSource;
}
const sourceLines = data.sources.map(source => source.text.split('\n'));
const lineText = key => (sourceLines[Math.floor(key / linesPerSource)] || [])[key % linesPerSource - 1] || '';

// Ops: [line, role, rule, name].
const opsOfLine = new Map();
for (const [id, [line]] of Object.entries(data.ops)) {
  if (!opsOfLine.has(line)) opsOfLine.set(line, []);
  opsOfLine.get(line).push(Number(id));
}
const kernels = new Map(data.kernels.map(kernel => [kernel.symbol, kernel]));

let current = data.functions.find(f => f.isStep) || data.functions[0]; // function
let target = 0;
let items = [];     // of all panes: what can be selected and marked
let pinned = null;  // selections
let hovered = null;
let filter = '';

//--- Items -------------------------------------------------------------------------------------------------

// item: {element, pane, ops: Set, line, kernel, call, open()}
function addItem(pane, element, item) {
  Object.assign(item, {pane, element, ops: item.ops || new Set()});
  element.classList.add('item');
  if (pane !== 'graph') element.tabIndex = -1;
  element.item = item;
  items.push(item);
  return element;
}
const itemsOf = pane => items.filter(item => item.pane === pane);

/** The item an event is about. */
function itemAt(event) {
  for (let element = event.target; element; element = element.parentElement)
    if (element.item) return element.item;
  return null;
}

//--- Selections --------------------------------------------------------------------------------------------

/** What an item stands for in all panes: {ops, lines, kernels, calls, label, from}. */
function selectionOf(item) {
  const selection = {from: item, ops: new Set(), lines: new Set(), kernels: new Set(), calls: new Set(), label: ''};
  if (item.pane === 'source') {
    selection.lines.add(item.line);
    for (const id of opsOfLine.get(item.line) || []) selection.ops.add(id);
    for (const call of current.calls) if (call.line === item.line) selection.calls.add(call);
    selection.label = lineName(item.line) + ':  ' + lineText(item.line).trim();
  } else if (item.pane === 'calls' || item.pane === 'memory') {
    chooseCall(selection, item.call);
    selection.label = 'call ' + item.call.at + ':  ' + item.call.kernel;
  } else if (item.pane === 'nests' || item.pane === 'code') {
    for (const call of current.calls) if (call.kernel === item.kernel.symbol) chooseCall(selection, call);
    selection.kernels.add(item.kernel.symbol);
    selection.label = item.kernel.symbol + ', called ' + selection.calls.size + (selection.calls.size === 1 ? ' time' : ' times');
  } else { // of ops: a node, a step of the derivation, an op in a kernel, a line of a difference
    for (const id of item.ops) {
      selection.ops.add(id);
      if (data.ops[id] && data.ops[id][0]) selection.lines.add(data.ops[id][0]);
    }
    if (item.line) selection.lines.add(item.line);
    for (const call of current.calls) if (call.ops.some(id => selection.ops.has(id))) selection.calls.add(call);
    selection.label = item.label || '';
  }
  for (const call of selection.calls) selection.kernels.add(call.kernel);
  return selection;
}
function chooseCall(selection, call) {
  selection.calls.add(call);
  if (call.line) selection.lines.add(call.line);
  for (const id of call.ops) selection.ops.add(id);
}

const shares = (set, others) => { for (const other of others) if (set.has(other)) return true; return false; };

/** '': nothing to do with the selection; 'hit': what corresponds; 'touch': it has a part of it. */
function relation(item, selection) {
  const bySource = selection.from.pane === 'source';
  switch (item.pane) {
  case 'source':
    if (selection.lines.has(item.line)) return 'hit';
    return !bySource && (opsOfLine.get(item.line) || []).some(id => selection.ops.has(id)) ? 'touch' : '';
  case 'calls': case 'memory':
    if (selection.calls.has(item.call)) return 'hit';
    return bySource && item.call.ops.some(id => selection.ops.has(id)) ? 'touch' : '';
  case 'nests': case 'code':
    if (selection.kernels.has(item.kernel.symbol)) return 'hit';
    return bySource && current.calls.some(call => call.kernel === item.kernel.symbol &&
      call.ops.some(id => selection.ops.has(id))) ? 'touch' : '';
  default:
    if (item === selection.from || shares(selection.ops, item.ops)) return 'hit';
    return item.line && selection.lines.has(item.line) && (bySource || item.ops.size === 0) ? 'hit' : '';
  }
}

function mark() {
  const selection = hovered || pinned;
  document.body.classList.toggle('pinned', pinned !== null);
  const first = {};
  for (const item of items) {
    const how = selection ? relation(item, selection) : '';
    item.element.classList.toggle('hit', how === 'hit');
    item.element.classList.toggle('touch', how === 'touch');
    if (how === 'hit' && !first[item.pane]) first[item.pane] = item;
  }
  markEdges(selection);
  $('status').replaceChildren(...(selection ? [make('b', {textContent: selection.label})] : [statusText()]));
  return first;
}
function statusText() {
  const known = grouped(current.calls.length) + ' kernel calls of ' + grouped(new Set(current.calls.map(c => c.kernel)).size) +
    ' kernels in ' + current.name;
  return known + '.  Point at anything to see what corresponds; click to keep it; ? lists the keys.';
}
/** Shows the first marked item of each pane but `except`, opened where it can be. */
function show(first, except) {
  for (const pane of panes) {
    const item = first[pane];
    if (!item || pane === except) continue;
    if (item.open) item.open();
    const body = bodyOf(pane), outer = body.getBoundingClientRect(), inner = item.element.getBoundingClientRect();
    if (inner.top < outer.top || inner.bottom > outer.bottom)
      body.scrollTop += inner.top - outer.top - Math.min(60, outer.height / 4);
    if (inner.left < outer.left || (inner.right > outer.right && pane === 'graph'))
      body.scrollLeft += inner.left - outer.left - 40;
  }
}

let showing = 0, showDelay = 140; // milliseconds: not while the mouse only passes
function hover(item) {
  hovered = item ? selectionOf(item) : null;
  const first = mark();
  clearTimeout(showing);
  if (item && !pinned) showing = setTimeout(() => show(first, item.pane), showDelay);
}
function pin(item) {
  pinned = item && (!pinned || pinned.from !== item) ? selectionOf(item) : null;
  hovered = null;
  const first = mark();
  if (pinned) {
    if (item.open) item.open();
    show(first, item.pane);
  }
}

//--- Panes -------------------------------------------------------------------------------------------------

const keywords = /^(use|model|input|output|let|loss|metric|train|optimizer|param|state|layer|fn|return|for|in|with|next|last|entry|hyper|op|if|else|clip|group|scan|where)$/;
/** The words of a line in their colours. */
function colourLine(line) {
  const parts = line.match(/\/\/.*|[A-Za-z_]\w*|\d[\d.]*(?:e[+-]?\d+)?|\s+|./g) || [];
  return parts.map(part => {
    const kind = part.startsWith('//') ? 'c' : keywords.test(part) ? 'k' : /^\d/.test(part) ? 'n' : '';
    return kind ? make('span', {className: kind, textContent: part}) : part;
  });
}
function fillSource() {
  const body = bodyOf('source');
  body.replaceChildren();
  data.sources.forEach((source, index) => {
    if (data.sources.length > 1) body.append(make('div', {className: 'file-name', textContent: source.name}));
    sourceLines[index].forEach((line, at) => {
      if (at === sourceLines[index].length - 1 && !line) return;
      const key = index * linesPerSource + at + 1;
      const row = make('div', {className: 'src', dataset: {line: key}},
        make('span', {className: 'no', textContent: at + 1}), make('span', {}, ...colourLine(line)));
      addItem('source', row, {line: key});
      if (!opsOfLine.has(key)) row.classList.add('silent');
      body.append(row);
    });
  });
}

function fillMath() {
  const body = bodyOf('math');
  body.replaceChildren();
  const derivation = data.derivations.find(d => d.model === current.model && d.function === current.name) ||
    data.derivations.find(d => d.model === current.model);
  if (!derivation) {
    body.append(make('p', {className: 'note', textContent: 'This model takes no gradient.'}));
    return;
  }
  body.append(make('p', {className: 'note', textContent: 'From the loss backwards. A bar means the derivative of the loss with respect to what is below it; in names that is d_x.'}));
  for (const step of derivation.steps) {
    const element = make('div', {className: 'step'});
    const title = make('div', {className: 'title'}, step.value + '  ',
      make('small', {textContent: step.title + (step.line ? ', line ' + step.line : '')}));
    if (step.times) title.append(make('div', {className: 'times', textContent: step.times + ' times: equal at ' + text(step.others)}));
    element.append(title);
    element.insertAdjacentHTML('beforeend', text(step.html));
    body.append(addItem('math', element, {ops: new Set(step.ops), line: step.line, label: step.value + ': ' + step.title}));
  }
  for (const update of derivation.updates) {
    const element = make('div', {className: 'step'}, make('div', {className: 'title'}, 'Update  ',
      make('small', {textContent: update.parameters.length ? 'of ' + update.parameters.join(', ') : 'of all parameters'})));
    element.insertAdjacentHTML('beforeend', text(update.html));
    const ops = [];
    for (const [id, op] of Object.entries(data.ops)) if (text(op[1]) === 'optimizer') ops.push(Number(id));
    body.append(addItem('math', element, {ops: new Set(ops), label: 'update of the parameters'}));
  }
}

let zoom = 0; // 0: the width of the pane, if that can be read
let edges = [];
function fillGraph() {
  const body = bodyOf('graph');
  body.innerHTML = current.picture || '';
  const nodes = [];
  for (const element of body.querySelectorAll('[data-ops]')) {
    const ops = new Set(element.dataset.ops ? element.dataset.ops.split(' ').map(Number) : []);
    const title = element.querySelector('title');
    addItem('graph', element, {ops, line: ops.size ? 0 : Number(element.dataset.line || 0),
      label: (title || element).textContent.replace(/\n/g, ', ')});
    if (element.dataset.node) nodes[element.dataset.node] = element;
  }
  edges = [...body.querySelectorAll('.edge')].map(element => ({element, from: nodes[element.dataset.from], to: nodes[element.dataset.to]}));
  setZoom(zoom);
}
function setZoom(value) {
  zoom = value;
  const drawing = bodyOf('graph').querySelector('svg');
  if (!drawing) return;
  const own = drawing.viewBox.baseVal, scale = zoom || Math.max(0.55, Math.min(1, (bodyOf('graph').clientWidth - 4) / own.width));
  drawing.setAttribute('width', own.width * scale);
  drawing.setAttribute('height', own.height * scale);
  return scale;
}
function markEdges(selection) {
  const drawing = bodyOf('graph').querySelector('svg');
  if (drawing) drawing.classList.toggle('chosen', selection !== null && selection.from.pane === 'graph');
  const own = selection && selection.from.pane === 'graph' ? selection.from.element : null;
  for (const {element, from, to} of edges) element.classList.toggle('hit', own !== null && (from === own || to === own));
}

/** One mark for each role of a call: "forward+adjoint". */
function roleMarks(roles) {
  return roles.split('+').map(role => make('span', {className: 'role ' + role, textContent: role}));
}
function fillCalls() {
  const body = bodyOf('calls');
  body.replaceChildren();
  for (const call of current.calls) {
    const element = make('div', {className: 'call', dataset: {kernel: call.kernel, line: call.line, at: call.at}});
    element.append(make('div', {className: 'top'}, make('span', {className: 'at', textContent: call.at}), ...roleMarks(call.role),
      make('span', {className: 'what'}, call.kernel + '  ', make('small', {textContent:
        [call.line ? lineName(call.line) : '', call.rule || '', call.ops.length + (call.ops.length === 1 ? ' op' : ' ops')]
          .filter(Boolean).join(', ')}))));
    if (call.results !== undefined) element.append(make('div', {className: 'results', textContent: text(call.results)}));
    const item = {call, ops: new Set(call.ops)};
    item.open = () => openCall(item);
    body.append(addItem('calls', element, item));
  }
}
function openCall(item) {
  for (const other of itemsOf('calls'))
    if (other !== item && other.fused) {
      other.fused.remove();
      other.fused = null;
      items = items.filter(each => each.inside !== other);
    }
  if (item.fused) return;
  item.fused = make('div', {className: 'fused'});
  const body = item.call.body;
  for (let i = 0; i < body.length; i += 2) {
    const line = make('div', {className: 'op', textContent: text(body[i + 1])});
    addItem('op', line, {ops: new Set([body[i]]), label: text(body[i + 1]), inside: item});
    item.fused.append(line);
  }
  item.element.append(item.fused);
}

/** Sections with a kernel's text each, which is put into the page when it is opened. */
function fillKernels(pane, textOf) {
  const body = bodyOf(pane);
  body.replaceChildren();
  const seen = new Set(current.calls.map(call => call.kernel));
  for (const kernel of data.kernels) {
    if (!seen.has(kernel.symbol) || !textOf(kernel)) continue;
    const element = make('div', {className: 'kernel', dataset: {kernel: kernel.symbol}},
      make('div', {className: 'name', textContent: kernel.symbol}));
    const item = {kernel};
    item.open = () => {
      for (const other of itemsOf(pane)) if (other !== item && other.pre) closeKernel(other);
      if (item.pre) return;
      item.pre = make('pre', {textContent: textOf(kernel)});
      element.append(item.pre);
      element.classList.add('open');
    };
    body.append(addItem(pane, element, item));
  }
}
function closeKernel(item) {
  item.pre.remove();
  item.pre = null;
  item.element.classList.remove('open');
}

//--- Passes ------------------------------------------------------------------------------------------------

let pass = Math.max(0, data.passes.findIndex(step => step.changes.length));
function fillPassList() {
  $('pass-list').replaceChildren(...data.passes.map((step, index) => {
    let more = 0, fewer = 0;
    for (const change of step.changes) more += change.more, fewer += change.fewer;
    const sum = step.changes.length
      ? make('span', {className: 'sum'}, make('span', {className: 'more', textContent: '+' + more}), ' ',
          make('span', {className: 'fewer', textContent: '-' + fewer}))
      : make('span', {className: 'sum quiet', textContent: 'no change'});
    return make('li', {}, make('button', {onclick: () => choosePass(index)},
      make('span', {className: 'no', textContent: index + 1}),
      make('span', {className: step.changes.length ? '' : 'quiet', textContent: step.name}), sum));
  }));
}
function choosePass(index) {
  pass = Math.max(0, Math.min(data.passes.length - 1, index));
  const step = data.passes[pass];
  [...$('pass-list').querySelectorAll('button')].forEach((button, at) => {
    if (at === pass) button.setAttribute('aria-current', 'step');
    else button.removeAttribute('aria-current');
  });
  $('pass-list').children[pass].scrollIntoView({block: 'nearest'});
  items = items.filter(item => item.pane !== 'diff');
  const view = $('pass');
  view.replaceChildren(make('h2', {textContent: step.name}),
    make('p', {textContent: step.summary + (step.changes.length ? '' : ': nothing to do here.')}));
  if (step.rewrites.length) view.append(make('div', {}, ...step.rewrites.map(rewrite => make('span', {className: 'rewrite', textContent: rewrite}))));
  const changes = [...step.changes].sort((a, b) => (b.function === current.name) - (a.function === current.name));
  changes.forEach((change, at) => {
    const details = make('details', {className: 'change', open: at === 0}, make('summary', {}, change.function + '  ',
      make('span', {className: 'more', textContent: '+' + change.more}), ' ',
      make('span', {className: 'fewer', textContent: '-' + change.fewer})));
    const fill = () => { if (details.open && details.children.length === 1) details.append(diffOf(change)); };
    details.addEventListener('toggle', fill);
    fill();
    view.append(details);
  });
  view.scrollTop = 0;
  mark();
}
/** Rows of a hunk, six numbers each (Viewer.cpp). The browser lays out those blocks that are in view. */
const rowsPerBlock = 100;
function blockOf(rows) {
  const block = make('div', {className: 'block'});
  block.style.containIntrinsicBlockSize = 'auto ' + rows.length / 6 * 18.6 + 'px';
  for (let i = 0; i < rows.length; i += 6) {
    const [sign, depth, words, line, why, id] = rows.slice(i, i + 6);
    const row = make('div', {className: 'row' + (sign > 0 ? ' more' : sign < 0 ? ' fewer' : '')},
      make('span', {className: 'sign', textContent: sign > 0 ? '+' : sign < 0 ? '-' : ' '}),
      make('span', {textContent: '  '.repeat(depth) + text(words)}),
      make('span', {className: 'why', textContent: (line ? lineName(line) : '') + (line && text(why) ? ', ' : '') + text(why)}));
    const label = line ? lineName(line) + ':  ' + lineText(line).trim() : text(words);
    block.append(addItem('diff', row, {ops: new Set(id >= 0 ? [id] : []), line, label}));
  }
  return block;
}
function diffOf(change) {
  const diff = make('div', {className: 'diff'});
  change.hunks.forEach((hunk, number) => {
    if (number) diff.append(make('div', {className: 'gap'}));
    for (let start = 0; start < hunk.length; start += rowsPerBlock * 6) diff.append(blockOf(hunk.slice(start, start + rowsPerBlock * 6)));
  });
  return diff;
}

//--- Memory ------------------------------------------------------------------------------------------------

function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
function fillMemory() {
  const view = $('memory'), memory = current.memory;
  items = items.filter(item => item.pane !== 'memory');
  view.replaceChildren();
  if (!memory || !memory.live.length) {
    view.append(make('p', {textContent: current.name + ' keeps nothing in the workspace.'}));
    return;
  }
  const saved = memory.live.map(() => 0);
  for (const kept of memory.kept) for (let at = kept.first; at <= kept.last; ++at) saved[at] += kept.bytes;
  view.append(make('h2', {textContent: 'What ' + current.name + ' holds in its workspace while it runs'}),
    make('p', {textContent: sizesText() + 'Alive at once at most ' + grouped(memory.peak) + ' bytes, in kernel ' + memory.peakAt +
      '; the plan reserves ' + grouped(memory.workspace) + ' bytes. Parameters and what the caller passes lie elsewhere.'}));
  const width = Math.max(500, Math.min(1500, window.innerWidth - 60)), height = 260, left = 90, bottom = 24, top = 18;
  const column = (width - left) / memory.live.length, scale = (height - bottom - top) / memory.peak;
  const chart = svg('svg', {class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'data-peak': memory.peak,
    'data-peak-at': memory.peakAt, 'aria-label': 'bytes alive at each kernel'});
  const callAt = new Map(current.calls.map(call => [call.at, call]));
  memory.live.forEach((bytes, at) => {
    const x = left + at * column, bar = svg('g', {class: 'bar', 'data-at': at, 'data-bytes': bytes});
    const rect = (name, y, tall) => bar.append(svg('rect', {class: name, x, y, width: Math.max(0.8, column - (column > 4 ? 1 : 0)), height: tall}));
    rect('back', top, height - bottom - top);
    rect('live', height - bottom - bytes * scale, bytes * scale);
    const kept = Math.min(saved[at], bytes);
    rect('saved', height - bottom - kept * scale, kept * scale);
    const call = callAt.get(at);
    bar.append(svg('title', {}, `kernel ${at}${call ? ': ' + call.kernel : ''}\n${grouped(bytes)} bytes, ${grouped(kept)} kept for the backward pass`));
    if (call) addItem('memory', bar, {call});
    chart.append(bar);
  });
  chart.append(svg('line', {class: 'peak', x1: left, x2: width, y1: top, y2: top}),
    svg('text', {class: 'peak-text', x: left, y: top - 5}, 'peak ' + grouped(memory.peak) + ' bytes'),
    svg('text', {x: left, y: height - 6}, 'kernel 0'),
    svg('text', {x: width, y: height - 6, 'text-anchor': 'end'}, 'kernel ' + (memory.live.length - 1)));
  for (const part of [0.5, 1])
    chart.append(svg('text', {x: left - 8, y: height - bottom - part * memory.peak * scale + 4, 'text-anchor': 'end'}, grouped(Math.round(part * memory.peak))));
  const swatch = (colour, opacity, words) => {
    const mark = make('i', {});
    mark.style.background = `var(--${colour})`;
    mark.style.opacity = opacity;
    return make('span', {}, mark, words);
  };
  view.append(chart, make('div', {className: 'legend'}, swatch('backward', 0.75, 'kept for the backward pass'), swatch('forward', 0.35, 'everything else')));
  if (!memory.kept.length) return;
  view.append(make('h2', {textContent: 'Kept for the backward pass, and why'}));
  const rows = memory.kept.map(kept => {
    const bar = make('i', {});
    bar.style.left = 100 * kept.first / memory.live.length + '%';
    bar.style.width = 100 * (kept.last - kept.first + 1) / memory.live.length + '%';
    const row = make('tr', {}, make('td', {}, make('code', {textContent: text(kept.name)})),
      make('td', {textContent: kept.line ? lineName(kept.line) : ''}), make('td', {className: 'number', textContent: grouped(kept.bytes)}),
      make('td', {className: 'life', title: `kernels ${kept.first} to ${kept.last}`}, make('div', {}, bar)),
      make('td', {textContent: (kept.needs || []).map(text).join(', ')}));
    return addItem('kept', row, {line: kept.line, label: text(kept.name) + (kept.line ? ', ' + lineName(kept.line) : '')});
  });
  const head = ['value', 'line', 'bytes', 'from kernel to kernel', 'derivatives that are computed from it'].map(word =>
    make('th', {textContent: word, className: word === 'bytes' ? 'number' : ''}));
  view.append(make('table', {className: 'rows'}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)));
}
function sizesText() {
  const sizes = Object.entries(data.sizes || {}).map(([name, size]) => name + ' = ' + size).join(', ');
  return sizes ? 'With ' + sizes + ' (nnc --size sets them). ' : '';
}

//--- The page ----------------------------------------------------------------------------------------------

function fill() {
  items = [];
  pinned = hovered = null;
  fillSource();
  fillMath();
  fillGraph();
  fillCalls();
  fillKernels('nests', kernel => text(kernel.nests[target]));
  fillKernels('code', kernel => text(kernel.code[target]));
  $('code-title').textContent = (data.targets[target] || '').startsWith('cuda') ? 'PTX' : 'Assembly';
  if (!$('memory').hidden) fillMemory();
  if (!$('passes').hidden) choosePass(pass);
  count();
  applyFilter();
  mark();
}
function count() {
  const numbers = {math: 'step', graph: 'node', calls: 'call', nests: 'kernel', code: 'kernel'};
  for (const [pane, word] of Object.entries(numbers)) {
    const number = itemsOf(pane).length;
    $(pane).querySelector('.count').textContent = number + ' ' + word + (number === 1 ? '' : 's');
  }
}
function applyFilter() {
  const word = filter.toLowerCase();
  for (const item of items) {
    if (item.inside) continue;
    const content = item.kernel ? item.kernel.symbol : item.pane === 'calls'
      ? item.element.textContent + item.call.body.filter((_, i) => i % 2).map(text).join(' ') : item.element.textContent;
    const isMiss = word !== '' && !content.toLowerCase().includes(word);
    item.element.classList.toggle(item.pane === 'graph' || item.pane === 'memory' ? 'faded' : 'miss', isMiss);
  }
}
function chooseTab(name) {
  for (const tab of ['explore', 'passes', 'memory']) {
    $(tab).hidden = tab !== name;
    $('tab-' + tab).setAttribute('aria-selected', String(tab === name));
  }
  if (name === 'passes') choosePass(pass);
  if (name === 'memory') fillMemory();
  if (name === 'explore') setZoom(zoom);
  applyFilter();
  mark();
}
function grow(pane) {
  const isGrown = $(pane).classList.contains('grown');
  for (const each of panes) $(each).classList.toggle('grown', each === pane && !isGrown);
  $('explore').classList.toggle('wide', !isGrown);
  setZoom(zoom);
}

for (const view of ['explore', 'passes', 'memory']) {
  $(view).addEventListener('mouseover', event => hover(itemAt(event)));
  $(view).addEventListener('mouseleave', () => hover(null));
  $(view).addEventListener('focusin', event => { if (itemAt(event)) hover(itemAt(event)); });
  $(view).addEventListener('click', event => { if (itemAt(event)) pin(itemAt(event)); });
}
for (const tab of ['explore', 'passes', 'memory']) $('tab-' + tab).onclick = () => chooseTab(tab);
for (const pane of panes) $(pane).querySelector('h2').ondblclick = () => grow(pane);
$('zoom-in').onclick = () => setZoom(Math.min(3, setZoom(zoom) * 1.25));
$('zoom-out').onclick = () => setZoom(Math.max(0.1, setZoom(zoom) / 1.25));
$('zoom-fit').onclick = () => setZoom((bodyOf('graph').clientWidth - 4) / bodyOf('graph').querySelector('svg').viewBox.baseVal.width);
$('previous').onclick = () => choosePass(pass - 1);
$('next').onclick = () => choosePass(pass + 1);
$('show-help').onclick = () => $('help').showModal();
$('filter').oninput = () => { filter = $('filter').value.trim(); applyFilter(); };

function moveFocus(by) {
  const pane = document.activeElement && document.activeElement.closest('.pane');
  if (!pane) return false;
  const own = itemsOf(pane.id).filter(item => !item.element.classList.contains('miss'));
  const at = own.findIndex(item => item.element === document.activeElement);
  const next = own[at < 0 ? 0 : Math.max(0, Math.min(own.length - 1, at + by))];
  if (next) next.element.focus();
  return Boolean(next);
}
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('help').open) return;
  if (event.target === $('filter')) {
    if (event.key === 'Escape') { $('filter').value = filter = ''; applyFilter(); $('filter').blur(); }
    return;
  }
  if (event.target.tagName === 'SELECT') return;
  const focused = document.activeElement && document.activeElement.item;
  const keys = {
    '/': () => $('filter').focus(), '?': () => $('help').showModal(), Escape: () => { pinned = null; hover(null); },
    e: () => chooseTab('explore'), p: () => chooseTab('passes'), m: () => chooseTab('memory'),
    '[': () => { chooseTab('passes'); choosePass(pass - 1); }, ']': () => { chooseTab('passes'); choosePass(pass + 1); },
    z: () => { const pane = document.activeElement.closest('.pane'); if (pane) grow(pane.id); },
    ArrowDown: () => moveFocus(1), ArrowUp: () => moveFocus(-1),
    Enter: () => { if (!focused) return false; pin(focused); },
  };
  if ('123456'.includes(event.key)) {
    chooseTab('explore');
    bodyOf(panes[event.key - 1]).focus();
  } else if (!keys[event.key] || keys[event.key]() === false) {
    return;
  }
  event.preventDefault();
});

data.functions.forEach((f, index) => $('function').append(make('option', {value: index, selected: f === current,
  textContent: (new Set(data.functions.map(each => each.model)).size > 1 ? f.model + '.' : '') + f.name})));
data.targets.forEach((name, index) => $('target').append(make('option', {value: index, textContent: name})));
$('target-label').hidden = data.targets.length < 2;
$('function').onchange = () => { current = data.functions[$('function').value]; fill(); };
$('target').onchange = () => { target = Number($('target').value); fill(); };
fillPassList();
fill();
document.body.dataset.ready = 'yes';

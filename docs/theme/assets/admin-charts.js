// Charts with axes. A value is read by pointing, by the arrow keys, and in the table below.
import { number } from './admin-desk.js';
import { t } from './i18n.js';

const SPACE = 'http://www.w3.org/2000/svg';
const rtl = document.dir === 'rtl';
const HIGH = 180, TOP = 10, FOOT = 24, ROW = 46, HALF = 30, APART = 84; // pixels
const drawings = new Map();
const counted = (name, count) => `${t(name)}: ${number(count)}`;

// A chart has the width of its place, and is drawn anew when that changes.
const sizes = new ResizeObserver(entries => {
  for (const { target } of entries) {
    if (target.clientWidth && target.clientWidth !== Number(target.dataset.wide)) draw(target);
  }
});

const piece = (name, textContent = '', more = {}) => Object.assign(document.createElement(name), { textContent, ...more });

function shape(name, attributes, ...inside) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

// `series` are names of words; a row is `{ name, short, values, cells }`, with a value for each of the series, which stand upon
// each other. `unit` names what the axis counts, `head` the table's columns.
export function chart(place, { title, rows, series, unit, head, upright = false }) {
  if (!rows.length) return place.replaceChildren(t('none'));
  const legend = piece('p', '', { className: 'legend' }), canvas = piece('div', '', { className: 'canvas' });
  place.replaceChildren(legend, canvas, chartTable(rows, head));
  const total = { name: t('total'), values: series.map((_, at) => rows.reduce((sum, { values }) => sum + values[at], 0)) };
  const read = ({ name, values }) => legend.replaceChildren(piece('b', name), ...values.map((value, at) => piece('span', counted(series[at], value), { className: `series-${at}` })));
  read(total);
  drawings.set(canvas, { title, rows, series, unit, upright, read, total });
  sizes.observe(canvas);
}

function draw(canvas) {
  const { title, rows, series, unit, upright, read, total } = drawings.get(canvas), wide = canvas.clientWidth;
  canvas.dataset.wide = wide;
  const high = upright ? TOP + HIGH + FOOT : rows.length * ROW + FOOT;
  const svg = shape('svg', { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: 'group', 'aria-label': `${title}. ${t('chart-keys')}` });
  const marks = (upright ? columns : bars)(svg, rows, wide, unit);
  marks.forEach((mark, at) => {
    const { name, values } = rows[at];
    mark.setAttribute('role', 'img');
    mark.setAttribute('tabindex', at ? -1 : 0);
    const told = values.map((value, which) => counted(series[which], value)).join(', ');
    mark.setAttribute('aria-label', `${name}: ${told}`);
    for (const event of ['pointerenter', 'focus']) mark.addEventListener(event, () => read(rows[at]));
    for (const event of ['pointerleave', 'blur']) mark.addEventListener(event, () => read(rows[marks.indexOf(document.activeElement)] || total));
  });
  svg.addEventListener('keydown', event => stepOn(event, marks));
  canvas.replaceChildren(svg);
  for (const name of svg.querySelectorAll('.name')) {
    if (name.getComputedTextLength() > wide - 20) for (const [key, value] of [['textLength', wide - 20], ['lengthAdjust', 'spacingAndGlyphs']]) name.setAttribute(key, value);
  }
}

// One stop of the Tab key for each chart; arrows, Home and End go from mark to mark.
function stepOn(event, marks) {
  const at = marks.indexOf(document.activeElement), [back, on] = rtl ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight'];
  const to = { [back]: at - 1, ArrowUp: at - 1, [on]: at + 1, ArrowDown: at + 1, Home: 0, End: marks.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const next = marks[Math.min(Math.max(to, 0), marks.length - 1)];
  marks[at].setAttribute('tabindex', -1);
  next.setAttribute('tabindex', 0);
  next.focus();
}

// Round numbers up to the largest: 0, 5, 10, 15.
function ticks(rows) {
  const most = Math.max(1, ...rows.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
  const power = 10 ** Math.floor(Math.log10(most / 4)), size = Math.max(1, [1, 2, 5, 10].find(each => each * power * 4 >= most) * power);
  return Array.from({ length: Math.ceil(most / size) + 1 }, (_, at) => at * size);
}

const label = (x, y, anchor, text, className = '') => shape('text', { x, y, 'text-anchor': anchor, class: className }, text);

function columns(svg, rows, wide, unit) {
  const marked = ticks(rows), most = marked.at(-1), edge = 14 + number(most).length * 8, mirrored = x => (rtl ? wide - x : x);
  const y = value => TOP + 14 + (HIGH - 14) * (1 - value / most);
  for (const each of marked) svg.append(shape('line', { x1: mirrored(edge), x2: mirrored(wide), y1: y(each), y2: y(each), class: 'grid' }), label(mirrored(edge - 8), y(each) + 4, 'end', number(each)));
  svg.append(label(mirrored(0), TOP, 'start', t(unit)));
  const band = (wide - edge) / rows.length, size = Math.min(band * 0.76, 48), every = Math.ceil(APART / band);
  return rows.map(({ short, values }, at) => {
    const left = edge + at * band, bar = mirrored(left + band / 2) - size / 2;
    const mark = shape('g', { class: 'mark' }, shape('rect', { x: mirrored(left) - (rtl ? band : 0), y: TOP + 14, width: band, height: HIGH - 14, class: 'band' }));
    let below = 0;
    values.forEach((value, which) => {
      if (value) mark.append(shape('rect', { x: bar, width: size, y: y(below + value), height: y(below) - y(below + value), class: `series-${which}` }));
      below += value;
    });
    svg.append(mark);
    if (!((rows.length - 1 - at) % every)) svg.append(label(Math.min(Math.max(mirrored(left + band / 2), HALF), wide - HALF), TOP + HIGH + 18, 'middle', short));
    return mark;
  });
}

function bars(svg, rows, wide, unit) {
  const marked = ticks(rows), most = marked.at(-1), room = wide - 20, foot = rows.length * ROW;
  const x = value => (rtl ? wide - 10 - (room * value) / most : 10 + (room * value) / most);
  for (const each of marked) svg.append(shape('line', { x1: x(each), x2: x(each), y1: 0, y2: foot, class: 'grid' }), label(x(each), foot + 18, each ? (each === most ? 'end' : 'middle') : 'start', each ? number(each) : `0 ${t(unit)}`));
  return rows.map(({ name, short = name, values }, at) => {
    const y = at * ROW, mark = shape('g', { class: 'mark' }, shape('rect', { x: 0, y, width: wide, height: ROW, class: 'band' }), label(x(0), y + 18, 'start', short, 'name'));
    let before = 0;
    values.forEach((value, which) => {
      const from = x(before), to = x(before + value);
      if (value) mark.append(shape('rect', { x: Math.min(from, to), width: Math.abs(to - from), y: y + 24, height: 14, class: `series-${which}` }));
      before += value;
    });
    svg.append(mark);
    return mark;
  });
}

function chartTable(rows, head) {
  const details = piece('details'), figures = piece('div', '', { className: 'figures' }), whole = piece('table');
  const line = cells => {
    const row = piece('tr');
    row.append(...cells);
    return row;
  };
  const top = piece('thead'), body = piece('tbody');
  top.append(line(head.map(each => piece('th', t(each), { scope: 'col' }))));
  body.append(...rows.map(({ name, cells }) => line([piece('th', name, { scope: 'row' }), ...cells.map(each => piece('td', typeof each === 'number' ? number(each) : each))])));
  whole.append(top, body);
  figures.append(whole);
  details.append(piece('summary', t('table')), figures);
  return details;
}

// Small bar charts: a picture with its words, and the table that it was drawn from.
import { t } from './i18n.js';

const SPACE = 'http://www.w3.org/2000/svg';
const HIGH = 40, WIDE = 120;
const node = (name, attributes) => {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// `rows` are `{ name, values: [first, second], cells }`: the second value stands upon the first.
export function bars(place, rows, [first, second], head) {
  if (!rows.length) return place.replaceChildren(t('none'));
  const legend = Object.assign(document.createElement('p'), { className: 'legend' });
  const key = (textContent, className) => Object.assign(document.createElement('span'), { textContent, className });
  legend.append(key(first, 'first'), ' ', key(second, 'second'));
  return place.replaceChildren(legend, drawing(rows, `${first}, ${second}`), details(rows, head));
}

function drawing(rows, label) {
  const svg = node('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', 'aria-label': label, class: 'bars', preserveAspectRatio: 'none' });
  const most = Math.max(1, ...rows.map(({ values }) => values[0] + values[1]));
  const step = WIDE / Math.max(rows.length, 7);
  rows.forEach(({ values: [first, second] }, number) => {
    const low = (first / most) * HIGH, high = (second / most) * HIGH, x = number * step + step * 0.1, width = step * 0.8;
    svg.append(node('rect', { x, width, y: HIGH - low, height: low, class: 'first' }), node('rect', { x, width, y: HIGH - low - high, height: high, class: 'second' }));
  });
  return svg;
}

function details(rows, head) {
  const made = document.createElement('details'), table = document.createElement('table');
  made.append(Object.assign(document.createElement('summary'), { textContent: t('table') }), table);
  const cell = (name, textContent, more) => Object.assign(document.createElement(name), { textContent, ...more });
  const line = cells => {
    const row = document.createElement('tr');
    row.append(...cells);
    return row;
  };
  const top = document.createElement('thead'), body = document.createElement('tbody');
  top.append(line(head.map(text => cell('th', text, { scope: 'col' }))));
  body.append(...rows.map(({ name, cells }) => line([cell('th', name, { scope: 'row' }), ...cells.map(text => cell('td', text))])));
  table.append(top, body);
  return made;
}

// The desk's frame: one view at a time, each with an address, and what all of them use.
import { call } from './api.js';
import { ErrorSummary } from './error-summary.js';
import { region } from './moments.js';

export const desk = document.querySelector('#admin');
export const errors = new ErrorSummary(desk);
export const state = { me: null, person: null, visit: 0 };
const { root } = document.querySelector('#messages').dataset;

export const view = name => desk.querySelector(`main [data-step="${name}"]`);

export const make = (name, text = '', more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });

export const clone = id => document.querySelector(`#${id}`).content.cloneNode(true).firstElementChild;

// Texts into the places that are named after them: `{ title }` into [data-title].
export function put(where, texts) {
  for (const [name, text] of Object.entries(texts)) where.querySelector(`[data-${name}]`).textContent = text;
}

export function facts(list, pairs) {
  const known = pairs.filter(([, value]) => value !== '' && value !== undefined);
  list.replaceChildren(...known.map(([name, value]) => {
    const pair = make('div');
    pair.append(make('dt', name), make('dd', String(value)));
    return pair;
  }));
}

export function show(name, { focus = true } = {}) {
  errors.clear();
  for (const each of desk.querySelectorAll('main .step')) each.hidden = each.dataset.step !== name;
  desk.dataset.at = name;
  const heading = view(name).querySelector('h1');
  errors.setTitle(heading.textContent);
  if (focus) heading.focus();
}

// Reads what a view shows. An answer that comes when the helper has gone on to another view is not shown there.
export async function read(path, body) {
  const { visit } = state;
  return call(path, body).finally(() => { if (state.visit !== visit) throw { past: true }; });
}

// More of a list: the first of it takes the focus, since the button may be gone.
export function append(list, items, further) {
  list.append(...items);
  if (!further || !items.length) return;
  items[0].tabIndex = -1;
  items[0].focus();
}

// What has come of an act, said once, with a way to take it back.
export function say(words, undo) {
  const told = desk.querySelector('[data-told]'), button = desk.querySelector('[data-undo]');
  told.hidden = !words;
  told.querySelector('p').textContent = words;
  button.hidden = !undo;
  state.undo = undo;
  if (words) told.focus();
}

export const link = (hash, text, more = {}) => make('a', text, { href: hash, ...more });

export const personAt = id => `#people/${encodeURIComponent(id)}`;

export const guidance = path => `${root}/${path}`;

export const badge = (text, kind = '') => make('span', text, { className: `badge ${kind}` });

const inRegion = `${region}-u-nu-latn`; // digits as codes have them

export const number = count => new Intl.NumberFormat(inRegion).format(count);

// Days are those of UTC: '2026-11-26' as people write it.
export const dated = options => new Intl.DateTimeFormat(inRegion, { timeZone: 'UTC', ...options });
export const midnight = day => new Date(`${day}T00:00:00Z`);
export const spokenDay = dated({ dateStyle: 'medium' });

// Where one is: `#people/ID?state=off` → { name: 'people', id: 'ID', query }.
export function here() {
  const [path, query = ''] = location.hash.slice(1).split('?');
  const [name, id = ''] = path.split('/');
  return { name: name || 'people', id: decodeURIComponent(id), query: new URLSearchParams(query) };
}

export function go(hash, kept = {}, how = 'pushState') {
  history[how](kept, '', hash);
  dispatchEvent(new PopStateEvent('popstate', { state: kept }));
}

export function tabs(where, chosen) {
  for (const each of where.querySelectorAll('a')) {
    if (each.dataset.choice === chosen) each.setAttribute('aria-current', 'true');
    else each.removeAttribute('aria-current');
  }
}

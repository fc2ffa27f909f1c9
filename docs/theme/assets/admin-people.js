// The list of people: found by what was typed, or by how they stand.
import { append, badge, clone, go, here, link, make, personAt, put, read, show, state, tabs, view } from './admin-desk.js';
import { t } from './i18n.js';
import { moment } from './moments.js';
import { storage } from './storage.js';

const RECENT = 'regain-desk', MOST = 6;
const remembered = storage();
let asked = null;

export async function people() {
  const { query } = here(), section = view('people'), q = history.state?.q || '';
  asked = { q, state: query.get('state') || '', group: query.get('group') || '' };
  document.querySelector('#desk-search').value = q;
  section.querySelector('[name="group"]').value = asked.group;
  tabs(section.querySelector('.tabs'), asked.state);
  for (const each of section.querySelectorAll('.tabs a')) {
    each.href = `#people?${new URLSearchParams({ ...(each.dataset.choice && { state: each.dataset.choice }), ...(asked.group && { group: asked.group }) })}`;
  }
  const list = section.querySelector('[data-people]'), anything = q.trim() || asked.state || asked.group;
  list.replaceChildren();
  put(section, { found: '' });
  section.querySelector('[data-more]').hidden = true;
  section.querySelector('[data-welcome]').hidden = Boolean(anything);
  showRecent(section);
  show('people', { focus: Boolean(anything) || state.arrived });
  state.arrived = true;
  if (anything) await more('');
}

export async function more(cursor = asked.cursor) {
  const section = view('people'), list = section.querySelector('[data-people]');
  const { people: found, cursor: next, directories = {} } = await read('admin/people/search', { ...asked, cursor });
  asked.cursor = next;
  const known = new Set([...list.children].map(each => each.dataset.id));
  append(list, found.filter(({ id }) => !known.has(id)).map(row), cursor);
  const n = list.children.length;
  const others = Object.entries(directories).filter(([, ended]) => ended !== 'all').map(([domain, ended]) => t(`directory-${ended}`, { domain }));
  put(section, { found: [n ? t('found-people', { n }) : t(next ? 'found-none-yet' : 'found-nobody'), ...others].join(' ') });
  section.querySelector('[data-more]').hidden = !next;
  if (n > 1 && asked.q && !cursor) list.querySelector('a').focus(); // Enter opens the first
  if (n === 1 && !next && asked.q && !cursor) go(personAt(list.firstElementChild.dataset.id), {}, 'replaceState'); // back is to before the search
}

function row(person) {
  const item = clone('person-row'), name = item.querySelector('a');
  item.dataset.id = person.id;
  name.textContent = person.name || person.user_id;
  name.href = personAt(person.id);
  put(item, { user: person.user_id, places: person.places.join(' · '), groups: person.groups.slice(0, 3).join(', ') });
  item.querySelector('[data-badges]').append(...badges(person));
  return item;
}

// How somebody stands, the worst first.
export function badges({ enabled, suspended, registered, capable, locked_until: locked, closed_until: closed, role }) {
  const found = [];
  if (!enabled) found.push(badge(t('badge-off'), 'bad'));
  if (suspended) found.push(badge(t('badge-suspended'), 'bad'));
  if (locked) found.push(badge(t('badge-locked', { moment: moment(locked) }), 'warn'));
  if (closed) found.push(badge(t('badge-closed', { moment: moment(closed) }), 'warn'));
  if (!registered) found.push(badge(t('badge-not-registered'), 'warn'));
  else if (!capable && enabled) found.push(badge(t('badge-not-capable'), 'warn'));
  if (!found.length) found.push(badge(t('badge-well'), 'good'));
  if (role) found.push(badge(t(`role-${role}`)));
  return found;
}

export function remember({ id, name, user_id }) {
  const others = recent().filter(each => each.id !== id && each.user_id !== user_id);
  remembered?.setItem(RECENT, JSON.stringify([{ id, name, user_id }, ...others].slice(0, MOST)));
}

export const forgetRecent = () => remembered?.removeItem(RECENT);

function recent() {
  try {
    return JSON.parse(remembered?.getItem(RECENT) || '[]');
  } catch {
    return [];
  }
}

function showRecent(section) {
  const known = recent(), where = section.querySelector('[data-recent]');
  where.hidden = !known.length;
  where.querySelector('ul').replaceChildren(...known.map(({ id, name, user_id }) => {
    const item = make('li');
    item.append(link(personAt(id), name || user_id), ' ', make('span', name ? user_id : '', { className: 'hint', dir: 'ltr' }));
    return item;
  }));
}

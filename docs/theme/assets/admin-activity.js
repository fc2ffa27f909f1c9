// What has happened: the events of everybody or of one account, and the story of a reference.
import { append, clone, guidance, here, link, personAt, put, read, show, view } from './admin-desk.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

let nextEvents = '';

const fields = () => view('activity').querySelector('form').elements;

export async function activity() {
  const { id, query } = here();
  if (id) return story(id);
  for (const name of ['account', 'kind', 'start', 'end']) fields()[name].value = query.get(name) || '';
  view('activity').querySelector('[data-lines]').replaceChildren();
  put(view('activity'), { found: '' });
  show('activity', { focus: false });
  await moreEvents('');
  if (here().name === 'activity') show('activity'); // not where somebody has gone on meanwhile
}

// What the filter asks for, as the address of the view.
export function filter() {
  const form = view('activity').querySelector('form');
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  return `#activity?${query}`;
}

export async function moreEvents(from = nextEvents) {
  const { query } = here(), section = view('activity'), list = section.querySelector('[data-lines]');
  if (query.has('end')) query.set('end', `${query.get('end')}T23:59:59.999999~`.slice(0, 26));
  for (const file of section.querySelectorAll('[data-format]')) file.href = `/api/admin/events?${query}${query.size ? '&' : ''}format=${file.dataset.format}`;
  if (from) query.set('cursor', from);
  const { events, cursor: next } = await read(`admin/events?${query}`);
  nextEvents = next;
  append(list, events.map(event => line(event, true)), from);
  const n = list.children.length;
  put(section, { found: t('found', { n }) });
  section.querySelector('[data-more]').hidden = !next;
  section.querySelector('[data-files]').hidden = !n;
}

async function story(reference) {
  const section = view('story'), found = await read(`admin/references/${encodeURIComponent(reference)}`);
  put(section, { title: t('story', found) });
  const whose = section.querySelector('[data-whose]');
  whose.replaceChildren(...(found.user_id ? [link(personAt(found.user_id), found.user_id, { dir: 'ltr' })] : []));
  section.querySelector('[data-lines]').replaceChildren(...found.lines.map(event => line(event, false)));
  show('story');
}

function line({ at, text, page, reference, user_id: user }, about) {
  const item = clone('line'), time = item.querySelector('time');
  time.dateTime = at;
  time.textContent = moment(Date.parse(at) / 1000);
  put(item, { text });
  const what = item.querySelector('[data-page]');
  what.hidden = !page;
  if (page) what.href = guidance(page);
  if (about) item.querySelector('[data-about]').append(...[user && link(personAt(user), user, { dir: 'ltr' }), ' ', reference && link(`#activity/${reference}`, reference, { dir: 'ltr' })].filter(Boolean));
  return item;
}

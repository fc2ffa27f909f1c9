// The queue of requests for help: who waits, who has whose, what was done.
import { append, badge, clone, here, link, make, personAt, put, read, say, show, tabs, view } from './admin-desk.js';
import { call } from './api.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

const MOVES = { new: ['taken', 'done'], taken: ['done', 'new'], done: ['new'] };
let listed = '', cursor = '';

export async function requests() {
  const section = view('requests');
  listed = here().query.get('state') || 'new';
  tabs(section.querySelector('.tabs'), listed);
  section.querySelector('[data-requests]').replaceChildren();
  await moreRequests('');
  show('requests');
}

export async function moreRequests(from = cursor) {
  const section = view('requests'), list = section.querySelector('[data-requests]');
  const found = await read(`admin/requests?${new URLSearchParams({ state: listed, ...(from && { cursor: from }) })}`);
  cursor = found.cursor;
  append(list, found.requests.map(card), from);
  const n = list.children.length;
  put(section, { found: n ? t('found-requests', { n }) : t(`no-requests-${listed}`) });
  section.querySelector('[data-more]').hidden = !cursor;
  choosing();
}

function card(request) {
  const { id, kind, user_id: user, name, account_id: account, asked_at: asked, times, asks, by, changed_at: changed, note } = request;
  const item = clone('request-row'), [last] = asks, title = name || last.name || user;
  item.dataset.id = id;
  const heading = item.querySelector('h2');
  heading.append(account ? link(personAt(account), title) : title);
  item.querySelector('[type="checkbox"]').ariaLabel = t('choose-request', { name: title });
  put(item, { user: user === title ? '' : user, asked: t('asked', { moment: moment(asked) }), reply: last.reply_to, by: by ? t(`by-${request.state}`, { by, moment: moment(changed) }) : '', note });
  const badges = item.querySelector('[data-badges]');
  if (kind === 'support') badges.append(badge(t('for-support')));
  else if (!account) badges.append(badge(t('no-account'), 'warn'));
  if (last.passed) badges.append(badge(t('has-proved'), 'good'));
  if (times > 1) badges.append(badge(t('times', { n: times })));
  item.querySelector('[data-asks]').replaceChildren(...asks.map(({ at, text, reference }) => {
    const said = make('li');
    said.append(make('span', moment(at), { className: 'hint' }), make('p', text || t('no-words')));
    said.append(link(`#activity/${reference}`, t('story-of', { reference })));
    return said;
  }));
  item.querySelector('[data-moves]').append(...MOVES[request.state].map((to, number) => {
    const button = make('button', t(`move-${to}`), { type: 'button', className: number ? 'plain' : '', ariaLabel: `${t(`move-${to}`)}: ${title}` });
    button.dataset.move = to;
    return button;
  }));
  return item;
}

// One request in another state. What was closed can be put back at once.
export async function move(to, button) {
  const item = button.closest('[data-id]'), note = item.querySelector('[name="note"]').value.trim();
  const { id } = item.dataset, from = listed;
  await call(`admin/requests/${id}`, { state: to, ...(note && { note }) });
  item.remove();
  choosing();
  say(t(`moved-${to}`), async () => {
    await call(`admin/requests/${id}`, { state: from === 'taken' ? 'taken' : 'new' });
    await requests();
  });
}

export const chosen = () => [...view('requests').querySelectorAll('[data-id]:has([type="checkbox"]:checked)')];

export function choosing() {
  const n = chosen().length, bar = view('requests').querySelector('[data-bulk]');
  bar.hidden = !n;
  if (n) put(bar, { chosen: t('chosen', { n }) });
}

export async function closeChosen() {
  const items = chosen(), ids = items.map(({ dataset }) => dataset.id), note = view('requests').querySelector('[name="bulk_note"]').value.trim();
  const { changed, left } = await call('admin/requests', { ids: ids.slice(0, 40), state: 'done', ...(note && { note }) });
  await requests();
  say(t(left ? 'closed-some' : 'closed-all', { changed, left }), async () => {
    await call('admin/requests', { ids: ids.slice(0, 40), state: 'new' });
    await requests();
  });
}

// How many wait, beside the name of the queue: as many as one page has.
export async function waiting() {
  const { requests: found, cursor: next } = await call('admin/requests?state=new');
  const place = document.querySelector('[data-waiting]');
  place.textContent = found.length ? `${found.length}${next ? '+' : ''}` : '';
}

// The desk: where those who help work. What may be done is decided by the API; the page offers only that.
import './offline.js';
import { runner } from './actions.js';
import { onClick } from './clicks.js';
import { onProvider } from './provider.js';
import { activity, filter, moreEvents } from './admin-activity.js';
import { ask, second } from './admin-acts.js';
import { desk, errors, go, here, put, say, show, state, view } from './admin-desk.js';
import { beginInvitation, invitations, moreInvitations, moveInvitation } from './admin-invitations.js';
import { forgetRecent, more, people } from './admin-people.js';
import { person } from './admin-person.js';
import { onPrint, report } from './admin-report.js';
import { choosing, closeChosen, move, moreRequests, requests, waiting } from './admin-requests.js';
import { settings } from './admin-settings.js';
import { call } from './api.js';
import { storage } from './storage.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

const VIEWS = { people, requests, invitations, activity, report, settings };
const NO_KEYS = 'regain-desk-no-keys';
const VIEW_LINKS = [...desk.querySelectorAll('.desk-nav [data-view]')];
const search = document.querySelector('#desk-search');
const REFERENCE = /^\s*R[-\s]?[0-9a-z]{4}[-\s]?[0-9a-z]{4}\s*$/i;

async function enter() {
  state.me = await call('admin');
  const { name, user_id: user, role, proved_until: until, proved_for: proved } = state.me;
  for (const each of desk.querySelectorAll('[data-signed-in]')) each.hidden = false;
  put(desk.querySelector('[data-who]'), { me: name || user, role: t(`role-${role}`), fresh: proved ? t('fresh', { moment: moment(until) }) : '' });
  desk.querySelector('[data-prove]').hidden = proved > 0;
}

async function route() {
  say('');
  state.visit += 1;
  if (!state.me) await enter();
  const { name, id } = here(), at = VIEWS[name] ? name : 'people';
  for (const each of desk.querySelectorAll('nav [data-view]')) {
    if (each.dataset.view === at) each.setAttribute('aria-current', 'page');
    else each.removeAttribute('aria-current');
  }
  if (at === 'people' && id) await person(id);
  else await VIEWS[at]();
  scrollTo(0, 0);
}

state.refresh = enter;

const actions = {
  act: async name => ask(name),
  moreRequests: () => moreRequests(),
  moreInvitations: () => moreInvitations(),
  moreEvents: () => moreEvents(),
  more: () => more(),
  async move(to, button) { await move(to, button); await waiting(); },
  async bulkClose() { await closeChosen(); await waiting(); },
  print: async () => print(),
  prove: () => second(route),
  whole: () => second(() => person(state.person.id)),
  async agree(method) {
    await call(`admin/accounts/${state.person.id}/methods/${encodeURIComponent(method)}/agree`, {});
    await person(state.person.id);
  },
  async signOut() {
    await call('account/sign-out', {});
    forgetRecent();
    location.reload();
  },
};

const forms = {
  async 'sign-in'(form) {
    const { user_id: user, password } = form.elements;
    if (!user.value.trim()) return errors.fieldError('user_id');
    if (!password.value) return errors.fieldError('password');
    await call('account/sign-in', { user_id: user.value, password: password.value });
    password.value = '';
    await route();
    await waiting();
  },
  async search() {
    const typed = search.value.trim();
    if (REFERENCE.test(typed)) return go(`#activity/${encodeURIComponent(typed.toUpperCase().replace(/\s/g, ''))}`);
    go('#people', { q: typed });
  },
  async group(form) {
    const { query } = here(), group = form.elements.group.value.trim();
    query.delete('group');
    if (group) query.set('group', group);
    go(`#people?${query}`, history.state);
  },
  filter: async () => go(filter()),
  invite: beginInvitation,
  'move-invitation': moveInvitation,
};

const run = runner(errors, async (answer, action) => {
  if (answer.code === 'second-factor-needed') {
    await run(() => second(action));
    return true;
  }
  return shut(answer);
});

// Who is no longer signed in, or no longer has a role, is told so, and nothing of what was seen stays on the page. A role that
// only does not allow what was asked for is another matter.
async function shut(answer) {
  if (answer.code === 'not-for-your-role' && await call('admin').catch(() => null)) return false;
  if (!['sign-in-needed', 'not-for-your-role'].includes(answer.code)) return false;
  const seen = state.me;
  state.me = state.person = null;
  forgetRecent();
  search.value = '';
  for (const each of desk.querySelectorAll('[data-signed-in]')) each.hidden = true;
  for (const [name, section] of empty) view(name).replaceWith(section.cloneNode(true));
  say('');
  show('sign-in');
  if (seen || answer.code !== 'sign-in-needed') errors.showProblem(answer);
  return true;
}

state.shut = shut;

desk.addEventListener('submit', event => {
  const form = event.target;
  if (!forms[form.dataset.form]) return;
  event.preventDefault();
  run(() => forms[form.dataset.form](form), form.querySelector('button:not([type="button"])'));
});
desk.addEventListener('change', ({ target }) => {
  if (target.closest('[data-requests]')) choosing();
  if (target.name === 'keys') storage()?.setItem(NO_KEYS, target.checked ? '' : 'yes');
});

// `/` goes to the search and a digit to a view, unless somebody types; they can be turned off (WCAG 2.1.4).
document.addEventListener('keydown', event => {
  const typing = event.target.closest('input, textarea, select, dialog') || event.ctrlKey || event.metaKey || event.altKey;
  const to = VIEW_LINKS[event.key - 1];
  if (!(to || event.key === '/') || typing || !state.me || storage()?.getItem(NO_KEYS)) return;
  event.preventDefault();
  if (to) return to.click();
  search.focus();
  search.select();
});

desk.querySelector('.languages')?.addEventListener('click', ({ target }) => {
  const link = target.closest('a');
  if (link) link.hash = location.hash; // the same view in another language
});
desk.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault(); // its address is none of a view
  document.querySelector('#main').focus();
});
onProvider(desk);
VIEW_LINKS.forEach((each, at) => each.setAttribute('aria-keyshortcuts', at + 1));
onClick(desk, actions, (action, value, button) => run(() => action(value, button), button));
addEventListener('popstate', () => run(route));
addEventListener('beforeprint', onPrint);
view('settings').querySelector('[name="keys"]').checked = !storage()?.getItem(NO_KEYS);
const empty = Object.keys({ ...VIEWS, person: 0, story: 0 }).map(name => [name, view(name).cloneNode(true)]);
run(async () => {
  await route();
  await waiting();
});
// The back button may bring the page back as it was: whoever presses it may be somebody else, signed in or not.
addEventListener('pageshow', ({ persisted }) => { if (persisted) location.reload(); });

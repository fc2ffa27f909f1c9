// One person: whether they can get back in and why not, what helps, and what is known.
import { badge, clone, facts, here, make, personAt, put, read, say, show, state, view } from './admin-desk.js';
import { badges, remember } from './admin-people.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

const UNDO = { disable: 'enable', 'require-registration': 'waive', waive: 'require-registration' };

export async function person(id, { focus = true } = {}) {
  state.person = await read(`admin/accounts/${encodeURIComponent(id)}`);
  const { person: account } = state, section = view('person');
  if (id !== account.id) history.replaceState(history.state, '', `#people/${account.id}`);
  remember(account);
  showPerson(section, account);
  show('person', { focus });
}

function showPerson(section, account) {
  const closed = Math.max(0, ...account.blocks.map(({ until }) => until));
  const stands = { ...account, locked_until: account.sign_in_locked_until, closed_until: closed };
  put(section, { title: account.name || account.user_id, user: account.user_id, verdict: t(account.capable ? 'capable' : 'not-capable') });
  section.querySelector('[data-badges]').replaceChildren(...badges(stands));
  section.querySelector('.verdict').dataset.well = account.capable && !stands.locked_until;
  section.querySelector('[data-reasons]').replaceChildren(...reasons(account, stands));
  section.querySelector('[data-events]').href = `#activity?account=${account.id}`;
  const ways = account.methods.map(way);
  section.querySelector('[data-methods]').replaceChildren(...(ways.length ? ways : [make('li', t('none'))]));
  section.querySelector('[data-masked]').hidden = !account.masked;
  showActs(section, account, closed);
  const time = at => (at ? moment(at) : '');
  facts(section.querySelector('[data-facts]'), [
    [t('fact-user'), account.user_id],
    [t('fact-role'), account.role ? t(`role-${account.role}`) : ''],
    [t('fact-groups'), account.groups.join(', ')],
    [t('fact-changed'), time(account.password_changed_at)],
    [t('fact-temporary'), time(account.temporary_until)],
    [t('fact-required'), account.registration_required ? t('yes') : ''],
  ]);
}

function reasons(account, { locked_until: locked, closed_until: closed }) {
  const found = account.reasons.map(({ rule, text }) => {
    const item = make('li', `${text} `);
    item.append(make('code', rule, { dir: 'ltr' }));
    return item;
  });
  if (locked) found.push(make('li', t('fact-locked', { moment: moment(locked) })));
  if (closed) found.push(make('li', t('fact-blocked', { moment: moment(closed) })));
  return found;
}

// A method with its place, the day that it was registered, and from when it counts.
function way(method) {
  const { id, label, place = '', by_administrator: entered, since, counts_from: later } = method, item = make('li');
  item.append(make('b', label));
  if (place) item.append(' ', make('span', place, { dir: 'ltr' }));
  const more = [entered ? t('entered') : '', since ? t('since', { moment: moment(since) }) : '', later ? t('counts-from', { moment: moment(later) }) : ''];
  item.append(make('span', more.filter(Boolean).join(' · '), { className: 'hint' }));
  if (later && state.person.acts.includes('agree')) {
    const button = make('button', t('act-agree'), { type: 'button', className: 'plain', ariaLabel: `${t('act-agree')}: ${label}` });
    button.dataset.agree = id;
    item.append(button);
  }
  return item;
}

// The acts that fit how the account stands, the one that helps most first.
function fitting({ acts, enabled, suspended, methods, registration_required: required, sign_in_locked_until: locked, in_directory: elsewhere }, closed) {
  const fits = {
    enable: !enabled || suspended,
    unlock: locked > 0 || elsewhere,
    lift: closed > 0 || (locked > 0 && !acts.includes('unlock')),
    reset: enabled && !suspended,
    'registration-code': enabled && !suspended,
    'require-registration': !required,
    waive: required,
    'clear-methods': methods.some(({ by_administrator: entered }) => !entered),
    disable: enabled,
  };
  const allowed = name => acts.includes(name === 'waive' ? 'require-registration' : name);
  return Object.keys(fits).filter(name => fits[name] && allowed(name));
}

function showActs(section, account, closed) {
  const open = fitting(account, closed);
  section.querySelector('[data-acts-title]').hidden = !open.length;
  section.querySelector('[data-acts]').replaceChildren(...open.map(name => {
    const item = clone('act'), button = item.querySelector('button');
    button.textContent = t(`act-${name}`);
    button.dataset.act = name;
    if (['disable', 'clear-methods'].includes(name)) button.classList.add('grave');
    item.querySelector('span').textContent = t(`act-${name}-what`);
    if (account.caller_first.includes(name)) item.append(badge(t('caller-first')));
    return item;
  }));
}

// After an act the person is read anew; what can be taken back has a button for it.
export async function acted(id, name, undo) {
  if (here().id !== id) history.pushState({}, '', personAt(id)); // the helper had gone on
  await person(id, { focus: false });
  const back = UNDO[name];
  say(t(`done-${name}`), back && fitting(state.person, 0).includes(back) && !(back === 'enable' && state.person.suspended) ? () => undo(back) : null);
}

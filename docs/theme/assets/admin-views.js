// What the API answers to those who help, put into the page as text.
import { bars } from './admin-charts.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

const make = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });
const root = document.querySelector('#messages').dataset.root;

// Texts into the places that are named after them: `{ title }` into [data-title].
export function put(where, texts) {
  for (const [name, text] of Object.entries(texts)) where.querySelector(`[data-${name}]`).textContent = text;
}

function facts(list, pairs) {
  const known = pairs.filter(([, value]) => value !== '' && value !== undefined);
  list.replaceChildren(...known.map(([name, value]) => {
    const pair = document.createElement('div');
    pair.append(make('dt', name), make('dd', String(value)));
    return pair;
  }));
}

export function showAccount(step, account) {
  put(step, { title: account.name || account.user_id, capable: t(account.capable ? 'capable' : 'not-capable') });
  const blocked = Math.max(0, ...account.blocks.map(({ until }) => until));
  const time = at => (at ? moment(at) : '');
  facts(step.querySelector('[data-facts]'), [
    [t('fact-user'), account.user_id],
    [t('fact-role'), t(`role-${account.role}`)],
    [t('fact-groups'), account.groups.join(', ')],
    [t('fact-on'), t(account.enabled ? 'yes' : 'no')],
    [t('fact-locked'), time(account.sign_in_locked_until)],
    [t('fact-blocked'), time(blocked)],
    [t('fact-changed'), time(account.password_changed_at)],
    [t('fact-temporary'), time(account.temporary_until)],
    [t('fact-required'), account.registration_required ? t('yes') : ''],
  ]);
  step.querySelector('[data-reasons]').replaceChildren(...account.reasons.map(({ rule, text }) => {
    const item = make('li', `${text} `);
    item.append(make('code', rule));
    return item;
  }));
  const held = account.methods.map(method => {
    const item = make('li', `${told(method)} ${method.counts_from ? t('counts-from', { moment: moment(method.counts_from) }) : ''}`);
    if (method.counts_from && account.acts.includes('agree')) item.append(' ', agreeing(method));
    return item;
  });
  step.querySelector('[data-methods]').replaceChildren(...(held.length ? held : [make('li', t('none'))]));
  step.querySelector('[data-masked]').hidden = !account.masked;
  const open = account.acts.map(act => (act === 'require-registration' && account.registration_required ? 'waive' : act));
  const useful = open.filter(act => act !== 'agree' && (act !== 'enable' || !account.enabled));
  step.querySelector('[data-acts-title]').hidden = !useful.length;
  step.querySelector('[data-acts]').replaceChildren(...useful.map(act => {
    const item = document.querySelector('#act').content.cloneNode(true);
    const button = item.querySelector('button');
    button.textContent = t(`act-${act}`);
    button.dataset.act = act;
    item.querySelector('span').textContent = account.caller_first.includes(act) ? t('caller-first') : t(`act-${act}-what`);
    return item;
  }));
}

// A method with its place and the day that it was registered.
function told({ label, place = '', by_administrator: entered, since }) {
  return [label, place, entered ? `(${t('entered')})` : '', since ? t('since', { moment: moment(since) }) : ''].filter(Boolean).join(' ');
}

function agreeing({ id, label }) {
  const button = make('button', t('act-agree'), { type: 'button', className: 'plain' });
  button.dataset.agree = id;
  button.setAttribute('aria-label', `${button.textContent}: ${label}`);
  return button;
}

// The methods to go through after a repudiation: what was set aside, and what may be kept.
export function showReview(where, account) {
  where.querySelector('[data-aside]').replaceChildren(...(account.set_aside.length ? account.set_aside.map(each => make('li', told(each))) : [make('li', t('none'))]));
  const kept = account.methods.map(method => ({ id: method.by_administrator ? 'entered' : method.id, text: told(method) }));
  where.querySelector('[data-kept]').replaceChildren(...kept.map(({ id, text }, number) => {
    const choice = make('label', '', { className: 'choice' });
    choice.append(Object.assign(document.createElement('input'), { type: 'checkbox', name: 'keep', value: id, id: `keep-${number}` }), make('span', text));
    return choice;
  }));
}

export function showLines(list, lines, about, more = false) {
  const made = lines.map(({ at, text, page, reference, user_id: user }) => {
    const item = document.querySelector('#line').content.cloneNode(true);
    const time = item.querySelector('time');
    time.dateTime = at;
    time.textContent = moment(Date.parse(at) / 1000);
    put(item, { text });
    const link = item.querySelector('a');
    link.hidden = !page;
    if (page) link.href = `${root}/${page}`;
    item.querySelector('[data-about]').textContent = about ? t('of', { user: user || '', reference: reference || '' }).trim() : '';
    return item;
  });
  list.replaceChildren(...(more ? [...list.children] : []), ...made);
}

export function showReport(step, report) {
  const { people } = report;
  const share = number => (people.accounts ? `${number} (${Math.round((number / people.accounts) * 100)} %)` : '0');
  facts(step.querySelector('[data-people]'), [
    [t('accounts'), people.accounts],
    [t('registered'), share(people.registered)],
    [t('enabled'), share(people.enabled)],
    [t('able'), share(people.capable)],
  ]);
  for (const name of ['resets', 'unlocks']) {
    const days = report[name].map(day => ({ name: day.day, values: [day.finished, day.refused + day.given_up], cells: [day.started, day.finished, day.refused, day.given_up] }));
    const total = place => days.reduce((sum, { values }) => sum + values[place], 0);
    const legend = [t('bars-finished', { n: total(0) }), t('bars-rest', { n: total(1) })];
    bars(step.querySelector(`[data-chart="${name}"]`), days, legend, ['day', 'started', 'finished', 'refused', 'given_up'].map(each => t(each)));
  }
  const methods = report.methods.map(({ label, passed, failed }) => ({ name: label, values: [passed, failed], cells: [passed, failed] }));
  const sum = place => methods.reduce((all, { values }) => all + values[place], 0);
  bars(step.querySelector('[data-chart="methods"]'), methods, [t('proofs-passed', { n: sum(0) }), t('proofs-failed', { n: sum(1) })], ['kind', 'passed', 'failed'].map(each => t(each)));
  facts(step.querySelector('[data-other]'), Object.entries(report.other).map(([kind, number]) => [t(`event-${kind}`), number]));
}


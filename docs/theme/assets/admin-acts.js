// Acts on a person, in a dialog: the act and its reason, the second factor and the caller's proof where they are needed,
// and what has come of it in words that can be read out.
import { runner } from './actions.js';
import { onClick } from './clicks.js';
import { desk, errors, make, put, say, state } from './admin-desk.js';
import { acted } from './admin-person.js';
import { call, part } from './api.js';
import { choices } from './choices.js';
import { ErrorSummary } from './error-summary.js';
import { t } from './i18n.js';
import { moment } from './moments.js';
import { spelled } from './spelling.js';

const dialog = document.querySelector('#act-dialog');
const faults = new ErrorSummary(dialog);
const form = name => dialog.querySelector(`[data-step="${name}"]`);
const at = path => `admin/accounts/${encodeURIComponent(subject.id)}/${path}`;
const CALLS = {
  unlock: body => call(at('unlock'), body),
  lift: body => call(at('lift'), body),
  disable: body => call(at('disable'), body),
  enable: body => call(at('enable'), { ...body, ...(subject.suspended && { keep: checked('keep') }) }),
  'registration-code': body => call(at('registration-code'), body),
  'clear-methods': body => call(at('methods'), body, 'DELETE'),
  'require-registration': body => call(at('require-registration'), body),
  waive: body => call(at('require-registration'), body, 'DELETE'),
  reset: body => call(at('reset'), { ...body, ...lost() }),
};
let act = '', subject = null, proving = null; // the helper may have gone on to another person when an answer comes

const checked = name => [...new Set([...form('sure').querySelectorAll(`[name="${name}"]:checked`)].map(({ value }) => value))];

function lost() {
  const to = form('sure').querySelector('[name="to"]:checked')?.value, all = form('sure').querySelector('[name="methods_lost"]').checked;
  return { ...(to && { to }), ...(all && { methods_lost: true }) };
}

function turn(name) {
  faults.clear();
  for (const each of dialog.querySelectorAll('.step')) each.hidden = each.dataset.step !== name;
  if (!dialog.open) dialog.showModal();
  const heading = form(name).querySelector('h2');
  dialog.setAttribute('aria-label', heading.textContent);
  (form(name).querySelector('[name="code"], [name="reason"]') || heading).focus();
}

// --- the act ------------------------------------------------------------------------------------

export function ask(name) {
  act = name;
  subject = state.person;
  const sure = form('sure'), account = subject, grave = ['disable', 'clear-methods'].includes(name);
  put(sure, { title: t(`act-${name}`), user: `${account.name} ${account.user_id}`.trim(), what: t(`act-${name}-what`), caller: account.caller_first.includes(name) ? t('caller-first') : '' });
  const button = sure.querySelector('button:not([type])');
  button.textContent = t(`act-${name}`);
  button.classList.toggle('danger', grave);
  sure.elements.reason.value = '';
  sure.querySelector('[data-where]').hidden = name !== 'reset';
  sure.querySelector('[data-lost]').hidden = name !== 'reset' || !account.acts.includes('registration-code');
  sure.elements.methods_lost.checked = false;
  const review = sure.querySelector('[data-review]');
  review.hidden = name !== 'enable' || !account.suspended;
  if (!review.hidden) showReview(review, account);
  const sent = account.reachable.filter(({ kind }) => ['email', 'sms'].includes(kind));
  choices(sure.querySelector('[data-places]'), 'to', name === 'reset' ? [{ id: '', label: t('show-here') }, ...sent] : []);
  turn('sure');
}

// The methods to go through after a repudiation: what was set aside, and what may be kept.
function showReview(where, account) {
  const told = ({ label, place = '', since }) => [label, place, since ? t('since', { moment: moment(since) }) : ''].filter(Boolean).join(' ');
  const aside = account.set_aside.map(each => make('li', told(each)));
  where.querySelector('[data-aside]').replaceChildren(...(aside.length ? aside : [make('li', t('none'))]));
  const kept = account.methods.map(method => ({ id: method.by_administrator ? 'entered' : method.id, text: told(method) }));
  where.querySelector('[data-kept]').replaceChildren(...kept.map(({ id, text }, number) => {
    const choice = make('label', '', { className: 'choice' });
    choice.append(make('input', '', { type: 'checkbox', name: 'keep', value: id, id: `keep-${number}` }), make('span', text));
    return choice;
  }));
}

async function perform(caller = '', name = act) {
  if (!caller && subject.caller_first.includes(name)) return prove('caller', at('caller'), flow => perform(flow, name));
  const reason = form('sure').elements.reason.value.trim();
  const made = await CALLS[name]({ ...(caller && { caller }), ...(reason && { reason }) });
  if (made.temporary_password || made.registration_code || made.sent_to) showGiven(made);
  else dialog.close();
  await acted(subject.id, name, undo);
  if (dialog.open) form('given').querySelector('h2').focus();
}

const undo = name => {
  form('sure').elements.reason.value = t('undone');
  return perform('', name);
};

// A secret is shown once: spelled for the telephone, and to be copied.
function showGiven({ temporary_password: password = '', registration_code: code = '', sent_to: to = '', until }) {
  const given = form('given'), secret = password || code;
  put(given, { title: t(code ? 'code-given' : 'password-given'), password: secret, place: to, good: until ? t(code ? 'code-good' : 'password-good', { moment: moment(until) }) : '' });
  given.querySelector('[data-spelled]').replaceChildren(...spelled(secret));
  for (const [name, shown] of [['password', secret], ['shown', secret], ['aloud', secret], ['copy', secret], ['sent', to]]) given.querySelector(`[data-${name}]`).hidden = !shown;
  put(given, { copied: '' });
  turn('given');
}

// --- proofs -------------------------------------------------------------------------------------

async function prove(kind, path, next) {
  const { flow, methods } = await call(`${path}/start`, {});
  proving = { kind, path, flow, next };
  put(form('prove'), { title: t(`${kind}-title`), what: t(`${kind}-what`) });
  choose(methods);
}

function choose(methods) {
  proving.methods = methods;
  choices(form('prove').querySelector('[data-methods]'), 'method', methods);
  turn('prove');
}

// The helper's own second factor, and then what needed it.
export function second(next) {
  return prove('admin', 'admin/prove', async () => {
    dialog.close();
    await next();
  });
}

async function proved(proof) {
  const { path, flow, method, next } = proving;
  const { gates, methods } = await call(`${path}/verify`, { flow, method: method.id, ...proof }).finally(() => {
    if (!dialog.open) throw { past: true }; // it was cancelled meanwhile
  });
  if (gates && gates.passed < gates.required) return choose(methods);
  if (proving.kind === 'admin') await state.refresh();
  await next(flow);
}

const steps = {
  sure: () => perform(),
  async prove(where) {
    const method = proving.methods.find(({ id }) => id === where.querySelector('[name="method"]:checked')?.value);
    if (!method) return faults.fieldError('method');
    proving.method = method;
    if (method.kind === 'passkey') return proved({ credential: await signed(method.challenge) });
    if (method.kind !== 'authenticator') await call(`${proving.path}/send`, { flow: proving.flow, method: method.id });
    put(form('code'), { title: form('prove').querySelector('h2').textContent, what: t(`code-${proving.kind}`) });
    form('code').elements.code.value = '';
    turn('code');
  },
  async code(where) {
    const code = where.elements.code.value;
    if (!code.trim()) return faults.fieldError('code');
    await proved({ code });
  },
};

async function signed(challenge) {
  const passkey = await part(import('./passkey.js'));
  return passkey.sign(challenge).catch(() => { throw { field: 'method', words: 'passkey' }; });
}

const perhaps = runner(faults, async (answer, action) => {
  if (answer.code !== 'second-factor-needed') {
    const shut = await state.shut(answer);
    if (shut) dialog.close();
    else if (!dialog.open) errors.showProblem(answer); // it was closed after the proof
    return shut || !dialog.open;
  }
  const asked = dialog.open && dialog.querySelector('.step:not([hidden])').dataset.step;
  await perhaps(() => prove('admin', 'admin/prove', async () => {
    if (asked) turn('sure');
    else dialog.close();
    if (asked !== 'code') await action(); // the caller's code is given again
  }));
  return true;
});

dialog.addEventListener('submit', event => {
  event.preventDefault();
  const where = event.target;
  perhaps(() => steps[where.dataset.step](where), where.querySelector('button:not([type])'));
});

onClick(dialog, {
  close: () => dialog.close(),
  async copy() {
    await navigator.clipboard.writeText(form('given').querySelector('[data-password]').textContent);
    put(form('given'), { copied: t('copied') });
  },
}, action => perhaps(action));

// Who goes back has left what they were asked. The desk's own moves between views are no presses of the button.
addEventListener('popstate', ({ isTrusted }) => { if (isTrusted) dialog.close(); });

// A secret that is on the screen goes with the dialog.
dialog.addEventListener('close', () => {
  put(form('given'), { password: '' });
  form('given').querySelector('[data-spelled]').replaceChildren();
});

onClick(desk, { undo: () => { const back = state.undo; say(''); return back(); } }, action => perhaps(action));

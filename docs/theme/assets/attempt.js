// The steps of the form after the first: choosing a method, proving, the new password, the end.
import { now, part } from './api.js';
import { onClick } from './clicks.js';
import { offerDomains } from './domain-choices.js';
import { alive, flow, forget, forgetAll, inFlow, proved, remember } from './flow.js';
import { duration, pageOf, t } from './i18n.js';
import { fold, showConfirm, showMethods, showQuestions } from './methods.js';
import { hidePasswords, showFaults, showRules, watchNewPassword } from './new-password.js';
import { attempt, chosen, errors, form, input, restart, run, section, show, steps } from './recovery.js';
import { runResendTimer } from './resend-timer.js';
import { copy, download } from './saved-code.js';
import { watchTime } from './time-left.js';

attempt.shown = step => {
  if (step === 'method') showMethods(form);
  if (step === 'answers') showQuestions(form);
  if (step === 'code') showCode(section('code'));
  if (step === 'password') showRules(form.querySelector('#password-rules'), flow.rules);
  runResendTimer(form, step === 'code');
  showFlow(step);
};

// What every step says of the flow: for whom it is, how many proofs there are, its reference.
function showFlow(step) {
  form.querySelector('[data-for]').hidden = ['start', 'done'].includes(step);
  showName(form.querySelector('[data-user]'), flow.user_id || '');
  form.querySelector('[data-second]').hidden = !flow.gates?.passed;
  const number = flow.gates?.required === 2 ? t(flow.gates.passed ? 'second' : 'first') : '';
  for (const place of form.querySelectorAll('[data-number]')) place.textContent = number;
  for (const part of form.querySelectorAll('[data-long]')) part.hidden = !(flow.digits >= 12);
  for (const part of section('done').querySelectorAll('[data-title]')) part.hidden = part.dataset.title !== flow.purpose;
  const reference = form.querySelector('[data-flow-reference]');
  reference.hidden = !flow.reference;
  reference.querySelector('b').textContent = flow.reference || '';
}

// A line breaks before the @, and elsewhere only where it must.
function showName(place, name) {
  const [local, ...rest] = name.split(/(?=@)/);
  place.replaceChildren(local, document.createElement('wbr'), ...rest);
}

function showCode(code) {
  const { label = '', place = '', kind } = used(); // a masked place is shown only to whom the account is theirs
  code.querySelector('[data-sent]').textContent = t(place ? 'sure' : 'maybe', { digits: flow.digits });
  code.querySelector('[data-label]').textContent = label;
  code.querySelector('[data-place]').textContent = place;
  for (const part of code.querySelectorAll('[data-look]')) part.hidden = !part.dataset.look.split(' ').includes(kind);
}

const next = () => (proved() ? (flow.purpose === 'unlock' ? 'unlock' : 'password') : 'method');

// Which method is being used. `at` is the step that asks for its proof.
const use = (method, more) => remember({ method: method.id, ...more });
const used = () => flow.methods.find(({ id }) => id === flow.method) || {};

async function send(method, contact) {
  const { resend_in, digits } = await inFlow('send', { method: method.id, ...(contact && { contact }) });
  use(method, { contact, resend: now() + resend_in, sent: now(), digits });
}

async function prove(proof) {
  const { gates, methods, password_rules: rules } = await inFlow('verify', { method: flow.method, ...proof });
  input('contact').value = '';
  remember({ gates, methods, rules, method: '', at: '' });
  show(next());
}

async function signed(challenge) {
  const passkey = await part(import('./passkey.js'));
  try {
    return await passkey.sign(challenge);
  } catch {
    throw { field: 'method', words: 'passkey' };
  }
}

// The kinds for which nothing is sent, and the step that asks for what the person has.
const own = { authenticator: 'app', 'recovery-code': 'saved', questions: 'answers', passkey: 'method' };

Object.assign(steps, {
  async method() {
    const method = flow.methods.find(each => each.id === chosen('method'));
    const contact = input('contact').value.trim();
    if (method.confirm && !contact) return errors.fieldError('contact');
    const at = own[method.kind] || 'code';
    if (at === 'code') await send(method, method.confirm ? contact : '').catch(answer => underWay(answer, method, contact));
    else use(method, { digits: method.digits });
    remember({ at });
    if (method.kind === 'passkey') return prove({ credential: await signed(method.challenge) });
    show(at);
    for (const field of section(at).querySelectorAll('input')) field.value = '';
  },

  async code() {
    const code = input('code').value;
    if (!code.trim()) return errors.fieldError('code');
    await prove({ code });
    input('code').value = '';
  },

  async answers() {
    const fields = [...section('answers').querySelectorAll('input')];
    if (fields.some(field => !field.value.trim())) return errors.fieldError('answers');
    await prove({ answers: fields.map(field => field.value) });
  },

  async password() {
    const password = input('new_password'), again = input('confirm');
    hidePasswords(section('password'));
    if (!password.value) return errors.fieldError('new_password');
    if (!again.value) return errors.fieldError('confirm');
    if (password.value !== again.value) return errors.fieldError('confirm', 'mismatch');
    showDone(await inFlow('finish', { new_password: password.value }).catch(answer => {
      showFaults(section('password'), answer.feedback);
      throw answer;
    }));
    password.value = again.value = '';
  },

  async unlock() {
    showDone(await inFlow('finish'));
  },
});

steps.app = steps.saved = steps.code;

// A code was asked for a moment ago: it is asked for where it is typed (F9).
function underWay(answer, method, contact) {
  if (answer.code !== 'wait-before-another-code') throw answer;
  use(method, { contact, resend: now() + answer.retry_after, sent: now(), digits: method.digits });
}

function showDone(answer) {
  const { purpose, reference, user_id } = flow;
  const there = form.querySelector('[data-sign-in]');
  there.href = answer.sign_in_url;
  there.hidden = !answer.sign_in_url;
  forget();
  Object.assign(flow, { purpose, reference, user_id, step: 'done' }); // in memory only: a reload begins anew
  const code = form.querySelector('[data-new-code]');
  if (code) {
    code.hidden = !answer.recovery_code;
    code.querySelector('.saved-code').textContent = answer.recovery_code || '';
  }
  const later = form.querySelector('[data-usable]');
  if (later) {
    later.hidden = !(answer.usable > 0); // minutes, or `now`
    later.textContent = t('usable', { time: duration(answer.usable * 60) });
  }
  show('done');
  forgetAll();
}

// An answer was lost, or a step was done already, here or in another tab: the service says where the flow stands (F9).
const KEPT = 900; // seconds that a refusal is kept for the form that asks for help
const LOST = ['network', 'no-answer', 'method-not-offered', 'proof-still-needed'];

// Goes on from where the flow stands. Returns whether that is anywhere else than here.
function resumed({ done, gates, methods, password_rules: rules, codes, expires_in }) {
  if (done) {
    showDone({});
    return true;
  }
  const moved = gates.passed !== flow.gates.passed;
  remember({ gates, methods, rules, expires: now() + expires_in });
  const method = flow.step === 'method' && methods.find(({ id }) => id === chosen('method'));
  const code = method && codes.find(each => each.method === method.id);
  if (code) use(method, { at: 'code', resend: now() + code.resend_in, sent: now(), digits: code.digits });
  if (code || moved) show(code ? 'code' : next());
  return Boolean(code || moved);
}

// What the service says in words, in the language that the page has now.
attempt.translate = async () => { resumed(await inFlow('state')); };

// Refused for good, whatever is typed again: the view changes to who can help, who gets the user ID and the reference (F11).
function refuse({ title, detail, code, help_url, reference }) {
  const view = section('refused'), elsewhere = view.querySelector('[data-elsewhere]');
  remember({ user_id: flow.user_id || input('user_id').value.trim(), reference, expires: alive() ? flow.expires : now() + KEPT });
  view.querySelector('h2').textContent = title;
  view.querySelector('[data-detail]').textContent = detail;
  view.querySelector('[data-page]').href = pageOf(code);
  elsewhere.hidden = !help_url;
  if (help_url) elsewhere.firstChild.href = help_url;
  show('refused');
  return true;
}

attempt.solved = async problem => {
  if (offerDomains(errors, problem)) return true;
  if (problem.status === 403 && !LOST.includes(problem.code)) return refuse(problem);
  if (!LOST.includes(problem.code) || !alive() || flow.step === 'start') return false;
  const standing = await inFlow('state').catch(other => other);
  if (standing.past || (standing.gates && resumed(standing))) return true;
  if (standing.status === 410) restart(standing);
  else errors.showProblem(proved() && navigator.onLine ? { code: 'maybe-done' } : problem);
  return true;
};

const extend = watchTime(form, () => {
  restart();
  errors.show({ title: t('ended') });
});

watchNewPassword(section('password'));
form.querySelector('[data-methods]').addEventListener('change', () => showConfirm(form));
onClick(form, {
  unfold: () => fold(form, false).querySelector('input').focus(),
  go: step => show(step),
  print: () => print(),
  copy,
  download,
  extend: (_, button) => run(extend, button),
  change() {
    restart();
    input('user_id').focus();
  },
  resend: (_, button) => run(async () => {
    await send(used(), flow.contact);
    form.querySelector('[data-told]').textContent = t('sent');
  }, button).then(() => runResendTimer(form, flow.step === 'code')),
});

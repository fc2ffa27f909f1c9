// The form of reset and unlock: which step is shown, and what each step sends.
import { call, now } from './api.js';
import { ErrorSummary } from './error-summary.js';
import { alive, flow, forget, forgetAll, proved, reachable, recall, remember } from './flow.js';
import { prepareProof, takeProof } from './proof-of-work.js';
import { showMethods, showQuestions } from './methods.js';
import { showRules } from './password-rules.js';
import { runResendTimer } from './resend-timer.js';
import { t } from './i18n.js';

const form = document.querySelector('#recovery');
const errors = new ErrorSummary(form);
const section = step => form.querySelector(`[data-step="${step}"]`);
const input = name => (section(flow.step) || form).querySelector(`[name="${name}"]`) || form.querySelector(`[name="${name}"]`);
const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket'); // from the link in an e-mail with a code
const chosen = name => form.querySelector(`[name="${name}"]:checked`)?.value;

function show(step, { push = true, focus = true } = {}) {
  errors.clear();
  for (const each of form.querySelectorAll('.step')) each.hidden = each.dataset.step !== step;
  if (step !== flow.step) remember({ step });
  if (push && history.state?.step !== step) history.pushState({ step }, '');
  if (step === 'method') showMethods(form);
  if (step === 'answers') showQuestions(form);
  if (step === 'password') showRules(form.querySelector('#password-rules'), flow.rules);
  runResendTimer(form, step === 'code');
  form.querySelector('[data-second]').hidden = !flow.gates?.passed;
  const known = Boolean(flow.place); // a masked place is shown only to whom the account is theirs
  section('code').querySelector('[data-sent]').textContent = t(known ? 'sure' : 'maybe', { digits: flow.digits });
  for (const part of form.querySelectorAll('[data-long]')) part.hidden = !(flow.digits >= 12);
  section('code').querySelector('[data-label]').textContent = flow.label || '';
  section('code').querySelector('[data-place]').textContent = flow.place || '';
  for (const part of section('done').querySelectorAll('[data-title]')) part.hidden = part.dataset.title !== flow.purpose;
  const reference = form.querySelector('[data-flow-reference]');
  reference.hidden = !flow.reference;
  reference.querySelector('b').textContent = flow.reference || '';
  const heading = section(step).querySelector('h2:not([hidden])');
  errors.setTitle(heading.textContent);
  if (focus) heading.focus();
}

const next = () => (proved() ? (flow.purpose === 'unlock' ? 'unlock' : 'password') : 'method');

async function send(method, contact) {
  const sent = await call(`${flow.purpose}/send`, { flow: flow.token, method: method.id, ...(contact && { contact }) });
  remember({ method: method.id, label: method.label, place: method.place, contact, resend: sent.resend_after, sent: now(), digits: sent.digits });
}

async function prove(proof) {
  const { gates, methods, password_rules: rules } = await call(`${flow.purpose}/verify`, { flow: flow.token, method: flow.method, ...proof });
  input('contact').value = '';
  remember({ gates, methods, rules, method: '', label: '', place: '', at: '' });
  show(next());
}

async function signed(challenge) {
  const passkey = await import('./passkey.js');
  try {
    return await passkey.sign(challenge);
  } catch {
    throw { message: 'passkey' };
  }
}

// The kinds for which nothing is sent, and the step that asks for what the person has.
const own = { authenticator: 'app', 'recovery-code': 'saved', questions: 'answers', passkey: 'method' };

const steps = {
  async start() {
    const user_id = input('user_id').value.trim();
    if (!user_id) return errors.fieldError('user_id');
    const purpose = chosen('purpose');
    const status = form.querySelector('[data-proof]');
    status.textContent = t('proof');
    try {
      const language = document.documentElement.lang;
      const begun = await call(`${purpose}/start`, {
        user_id, proof: await takeProof(), language, shared_computer: input('shared_computer').checked, ...(ticket && { ticket }),
      });
      forget();
      const { flow: token, reference, gates, methods, expires_at: expires } = begun;
      remember({ user_id, purpose, token, reference, gates, methods, expires });
      show('method');
    } finally {
      status.textContent = '';
    }
  },

  async method() {
    const method = flow.methods.find(each => each.id === chosen('method'));
    if (!method) return errors.fieldError('method');
    const contact = input('contact').value.trim();
    if (method.confirm && !contact) return errors.fieldError('contact');
    const at = own[method.kind] || 'code';
    if (at === 'code') await send(method, method.confirm ? contact : '');
    remember({ method: method.id, label: method.label, place: method.place, at, ...(at !== 'code' && { digits: method.digits }) });
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
    hidePasswords();
    if (!password.value) return errors.fieldError('new_password');
    if (!again.value) return errors.fieldError('confirm');
    if (password.value !== again.value) return errors.fieldError('confirm', 'mismatch');
    showDone(await call('reset/finish', { flow: flow.token, new_password: password.value }));
    password.value = again.value = '';
  },

  async unlock() {
    showDone(await call('unlock/finish', { flow: flow.token }));
  },
};

steps.app = steps.saved = steps.code;

function showDone(answer) {
  const { purpose, reference, user_id } = flow;
  form.querySelector('[data-sign-in]').href = answer.sign_in_url;
  forget();
  Object.assign(flow, { purpose, reference, user_id, step: 'done' }); // in memory only: a reload begins anew
  const code = form.querySelector('[data-new-code]');
  if (code) {
    code.hidden = !answer.recovery_code;
    code.querySelector('.saved-code').textContent = answer.recovery_code || '';
  }
  show('done');
  forgetAll();
}

function restart(answer) {
  const { user_id } = flow;
  forget();
  flow.user_id = user_id;
  for (const each of form.querySelectorAll('#new-password, #confirm-password')) each.value = '';
  show('start', { focus: false });
  input('user_id').value ||= user_id || '';
  if (answer) errors.showProblem(answer);
}

async function run(action, button) {
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  try {
    errors.clear();
    await action();
  } catch (answer) {
    if (answer instanceof Error) throw answer;
    if (answer.status === 410) restart(answer); // the flow is gone
    else if (answer.message) errors.fieldError('method', answer.message);
    else errors.showProblem(answer);
  } finally {
    button.ariaDisabled = null;
  }
}

function hidePasswords() {
  for (const each of form.querySelectorAll('#new-password, #confirm-password')) each.type = 'password';
  const button = form.querySelector('[data-show]');
  button.ariaPressed = 'false';
  button.textContent = t('show');
}

form.addEventListener('submit', event => {
  event.preventDefault();
  run(steps[flow.step], section(flow.step).querySelector('button:not([type="button"])'));
});

form.addEventListener('click', ({ target }) => {
  if (target.dataset.go) show(target.dataset.go);
  if ('print' in target.dataset) print();
  if ('resend' in target.dataset) {
    run(async () => {
      await send({ id: flow.method, label: flow.label, place: flow.place }, flow.contact);
      runResendTimer(form, true);
      form.querySelector('[data-told]').textContent = t('sent');
    }, target);
  }
  if ('show' in target.dataset) {
    const visible = input('new_password').type === 'password';
    for (const each of form.querySelectorAll('#new-password, #confirm-password')) each.type = visible ? 'text' : 'password';
    target.ariaPressed = String(visible);
    target.textContent = t(visible ? 'hide' : 'show');
  }
});

addEventListener('popstate', ({ state }) => {
  const step = state?.step || 'start';
  if (reachable(step)) show(step, { push: false });
  else if (alive() || flow.step === 'done') show(flow.step === 'done' ? 'start' : flow.step, { push: false });
  else restart();
});

function showConnection() {
  form.querySelector('[data-offline]').textContent = navigator.onLine ? '' : t('offline');
}

addEventListener('online', showConnection);
addEventListener('offline', showConnection);
input('user_id').addEventListener('focus', prepareProof);
setInterval(() => {
  if (flow.token && !alive() && flow.step !== 'done') {
    restart();
    errors.show({ title: t('ended') });
  }
}, 1000);

if (!globalThis.crypto?.subtle) document.querySelector('#unsupported-browser').hidden = false;
recall();
showConnection();
input('user_id').value ||= flow.user_id || '';
if (flow.purpose) form.querySelector(`[name="purpose"][value="${flow.purpose}"]`).checked = true;
history.replaceState({ step: reachable(flow.step) ? flow.step : 'start' }, '');
if (flow.step !== 'start') show(history.state.step, { push: false });
input('username').value = flow.user_id || '';

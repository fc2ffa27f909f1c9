// The form of reset and unlock: its frame and its first step. What comes after is `attempt.js`, which is loaded while the
// person types.
import './offline.js';
import { runner } from './actions.js';
import { call, now, part } from './api.js';
import { ErrorSummary } from './error-summary.js';
import { alive, flow, forget, reachable, recallFor, remember } from './flow.js';
import { prepareProof, takeProof } from './proof-of-work.js';
import { t } from './i18n.js';

export const form = document.querySelector('#recovery');
export const errors = new ErrorSummary(form);
export const section = step => form.querySelector(`[data-step="${step}"]`);
export const input = name => (section(flow.step) || form).querySelector(`[name="${name}"]`) || form.querySelector(`[name="${name}"]`);
// Behind the # of a link, which is sent to no server: from an e-mail with a code, or the user ID from a sign-in page (F43).
const given = new URLSearchParams(location.hash.slice(1)), ticket = given.get('ticket');
export const chosen = name => form.querySelector(`[name="${name}"]:checked`)?.value;
// What the later steps add: to showing a step, and to dealing with a problem.
export const attempt = { shown() {}, solved: async () => false };
const loadAttempt = () => part(import('./attempt.js'));

export function show(step, { push = true, focus = true } = {}) {
  errors.clear();
  for (const each of form.querySelectorAll('.step')) each.hidden = each.dataset.step !== step;
  if (step !== flow.step) remember({ step });
  if (push && history.state?.step !== step) history.pushState({ step }, '');
  attempt.shown(step);
  const heading = section(step).querySelector('h2:not([hidden])');
  errors.setTitle(heading.textContent);
  document.documentElement.toggleAttribute('data-under-way', step !== 'start'); // the introduction gives way
  if (step !== 'start') heading.ariaLevel = 1;
  if (focus) heading.focus();
  if (focus && step !== 'start') scrollTo(0, 0);
}

// What each step sends.
export const steps = {
  async start() {
    const user_id = input('user_id').value.trim();
    if (!user_id) return errors.fieldError('user_id');
    const purpose = chosen('purpose');
    const status = form.querySelector('[data-proof]');
    status.textContent = t('proof');
    try {
      const language = document.documentElement.lang;
      await loadAttempt();
      const begun = await call(`${purpose}/start`, {
        user_id, proof: await takeProof(), language, shared_computer: input('shared_computer').checked, ...(ticket && { ticket }),
      });
      forget();
      const { flow: token, reference, gates, methods, expires_in } = begun;
      remember({ user_id, purpose, page: form.dataset.purpose, token, reference, gates, methods, expires: now() + expires_in });
      show('method');
    } finally {
      status.textContent = '';
    }
  },
};

export function restart(answer, push = true) {
  const { user_id } = flow;
  forget();
  flow.user_id = user_id;
  for (const each of form.querySelectorAll('#contact, #new-password, #confirm-password')) each.value = '';
  show('start', { push, focus: false });
  input('user_id').value ||= user_id || '';
  if (answer) errors.showProblem(answer);
}

export const run = runner(errors, async answer => {
  if (await attempt.solved(answer)) return true;
  const over = answer.status === 410 || answer.code === 'too-many-wrong-codes'; // the flow is gone
  if (over) restart(answer);
  return over;
});

form.addEventListener('submit', event => {
  event.preventDefault();
  run(steps[flow.step], section(flow.step).querySelector('button:not([type="button"])'));
});

addEventListener('popstate', ({ state }) => {
  if (!state) { // a link within the page, or one from an e-mail, which begins anew
    if (location.hash.includes('=')) {
      forget();
      location.reload();
    }
    return;
  }
  const { step } = state;
  if (reachable(step)) show(step, { push: false });
  else if (alive() || flow.step === 'done') show(flow.step === 'done' ? 'start' : flow.step, { push: false });
  else restart('', false); // nothing is added to where the back button goes
});

input('user_id').addEventListener('focus', () => {
  prepareProof();
  loadAttempt().catch(() => {});
});
document.querySelector('.languages')?.addEventListener('click', () => remember({ languageChanges: true }));

// The back button may bring the page back as it was: a new recovery code is not for whoever presses it.
addEventListener('pageshow', ({ persisted }) => { if (persisted && flow.step === 'done') location.reload(); });

if (!globalThis.crypto?.subtle) document.querySelector('#unsupported-browser').hidden = false;
if (parent !== self || /[?&]embed\b/.test(location.search)) import('./framed.js');
const translated = recallFor(form.dataset.purpose);
if (given.has('user')) forget();
input('user_id').value ||= given.get('user') || flow.user_id || '';
if (flow.purpose) form.querySelector(`[name="purpose"][value="${flow.purpose}"]`).checked = true;
history.replaceState({ step: reachable(flow.step) ? flow.step : 'start' }, '', given.has('user') ? location.pathname + location.search : undefined);
if (flow.step !== 'start') {
  loadAttempt().then(async () => {
    if (translated) await attempt.translate().catch(() => {});
    show(history.state.step, { push: false });
  }, answer => errors.showProblem(answer));
}
input('username').value = flow.user_id || '';

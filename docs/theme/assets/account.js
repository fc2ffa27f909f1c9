// The account page: signing in, one's sessions, and changing a known password.
import './offline.js';
import { runner } from './actions.js';
import { onClick } from './clicks.js';
import { onProvider } from './provider.js';
import { call, part } from './api.js';
import { offerDomains } from './domain-choices.js';
import { ErrorSummary } from './error-summary.js';
import { storage } from './storage.js';
import { t } from './i18n.js';

const SIGNED_IN = 'regain-signed-in'; // that, not who: without it a visitor is not asked about on the server
const kept = storage();
const page = document.querySelector('#account');
const errors = new ErrorSummary(page);
const input = name => page.querySelector(`[name="${name}"]`);
const wanted = name => location.hash === `#${name}`;
let current = 'sign-in', info = null, left = false;

function show(step, { focus = true } = {}) {
  if (left && step !== 'sign-in') return; // an answer that came after signing out
  errors.clear();
  current = step;
  for (const each of page.querySelectorAll('.step')) each.hidden = each.dataset.step !== step;
  info?.password.hidePasswords(page);
  for (const field of page.querySelectorAll('[type="password"]')) field.value = '';
  const heading = page.querySelector(`[data-step="${step}"] h2:not([hidden])`), inside = step !== 'sign-in';
  errors.setTitle(heading.textContent);
  document.documentElement.toggleAttribute('data-under-way', inside); // the introduction gives way
  if (inside) heading.ariaLevel = 1;
  if (focus) heading.focus();
}

function told(name, yes) {
  page.querySelector(`[data-told="${name}"]`).hidden = !yes;
}

// The first page of somebody signed in, unless there is something to see to first, or another page was asked for.
async function home({ changed = false, focus = true, arriving = false } = {}) {
  const account = await call('account');
  await loadInfo();
  page.querySelector('[data-name]').textContent = account.name;
  page.querySelector('[data-user-id]').textContent = account.user_id;
  page.querySelector('[data-changed]').hidden = !changed;
  input('username').value = account.user_id;
  told('must-change', account.must_change_password);
  told('change', account.changes_password);
  info.password.showRules(page.querySelector('#password-rules'), account.password_rules);
  if (input('language')) input('language').value = account.language;
  page.querySelector('.sessions').replaceChildren(...account.sessions.map(info.session));
  if (account.must_change_password || (arriving && account.changes_password && wanted('change'))) return show('password', { focus });
  if (arriving && wanted('security-info')) return info.open({ focus });
  if (arriving && account.interrupt) return info.look(account.security_info, account.may_wait);
  told('incomplete', account.security_info === 'incomplete');
  show('home', { focus });
}

async function loadInfo() {
  if (info) return;
  const { securityInfo } = await part(import('./security-info.js'));
  info = securityInfo({ page, errors, show });
  Object.assign(steps, info.steps);
  Object.assign(actions, info.actions);
}

const steps = {
  async 'sign-in'() {
    const user_id = input('user_id').value.trim(), password = input('password').value;
    if (!user_id) return errors.fieldError('user_id');
    if (!password) return errors.fieldError('password');
    await call('account/sign-in', { user_id, password, shared_computer: input('shared_computer').checked });
    left = false;
    kept?.setItem(SIGNED_IN, 'yes');
    await home({ arriving: true }).catch(answer => { throw answer.code === 'sign-in-needed' ? { code: 'no-cookies' } : answer; });
  },

  async password() {
    const names = ['current_password', 'new_password', 'confirm'];
    const missing = names.find(name => !input(name).value);
    if (missing) return errors.fieldError(missing);
    const [current_password, new_password, confirm] = names.map(name => input(name).value);
    if (new_password !== confirm) return errors.fieldError('confirm', 'mismatch');
    await call('account/password', { current_password, new_password }).catch(async answer => {
      info.password.showFaults(page, answer.feedback);
      await changed(answer, new_password);
    });
    await home({ changed: true });
  },
};

// The answer was lost, and the session is over since the password was changed: the new one signs in (F9).
async function changed(lost, password) {
  const ended = ['network', 'no-answer'].includes(lost.code) && await call('account').catch(answer => answer.code === 'sign-in-needed');
  if (ended !== true) throw lost;
  await call('account/sign-in', { user_id: input('username').value, password, shared_computer: true });
}

const actions = {
  go: async step => (step === 'home' ? home() : show(step)),
  forget: async () => { await call('account/forget-browser', {}); await actions.signOut(); },
  signOut: async () => { await call('account/sign-out', {}); leave(); },
  end: async session => { await call('account/sessions/end', { session }); await home(); },
};

function leave(options) {
  left = true;
  kept?.removeItem(SIGNED_IN);
  for (const each of page.querySelectorAll('form')) each.reset(); // the next may be somebody else
  show('sign-in', options);
}

const perform = runner(errors, async (answer, action) => {
  if (offerDomains(errors, answer)) return true;
  if (answer.code === 'prove-it-is-you') {
    const asked = current;
    await run(() => info.prove(async () => {
      show(asked);
      if (asked !== 'password') await action(); // a password is not kept meanwhile: it is typed again
    }));
    return true;
  }
  if (['sign-in-needed', 'sign-in-again'].includes(answer.code)) leave();
  return false;
});

const run = (action, button) => perform(async () => { if (await action() === 'home') await home(); }, button);

// The languages are those of the menu above.
for (const { lang, textContent } of input('language') ? document.querySelectorAll('.languages a') : []) {
  input('language').append(Object.assign(new Option(textContent, lang), { lang }));
}

input('language')?.addEventListener('change', ({ target }) => run(async () => {
  await call('account/language', { language: target.value });
  page.querySelector('[data-spoken]').textContent = t('spoken');
}));

page.addEventListener('submit', event => {
  event.preventDefault();
  run(steps[current], page.querySelector(`[data-step="${current}"] button:not([type="button"])`));
});

onClick(page, actions, (action, value, button) => run(() => action(value, button), button));

// Whether it succeeds is seen when the page opens again.
onProvider(page, () => {
  kept?.setItem(SIGNED_IN, 'yes');
  return input('shared_computer').checked && { shared_computer: 'yes' };
});

// A session that is over changes nothing on the page: somebody may be typing already.
if (kept?.getItem(SIGNED_IN)) home({ focus: false, arriving: true }).catch(() => kept.removeItem(SIGNED_IN));
// The back button may bring the page back as it was: whoever presses it may be somebody else, signed in or not.
addEventListener('pageshow', ({ persisted }) => { if (persisted) location.reload(); });

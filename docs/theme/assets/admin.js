// The page of those who help. What may be done is decided by the API; the page offers only that.
import { onClick, onProvider, runner } from './actions.js';
import { call } from './api.js';
import { showAccount, showLines, showReport, showReview, put } from './admin-views.js';
import { choices } from './choices.js';
import { ErrorSummary } from './error-summary.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

const page = document.querySelector('#admin');
const errors = new ErrorSummary(page);
const step = name => page.querySelector(`[data-step="${name}"]`);
const at = path => `admin/accounts/${encodeURIComponent(account.id)}/${path}`;
const ACTS = {
  unlock: () => call(at('unlock'), {}),
  lift: () => call(at('lift'), {}),
  enable: () => call(at('enable'), account.suspended ? { keep: [...new Set([...step('sure').querySelectorAll('[name="keep"]:checked')].map(({ value }) => value))] } : {}),
  'registration-code': () => call(at('registration-code'), {}),
  'clear-methods': () => call(at('methods'), undefined, 'DELETE'),
  'require-registration': caller => call(at('require-registration'), caller ? { caller } : {}),
  waive: () => call(at('require-registration'), undefined, 'DELETE'),
};
let account = null, act = '', proving = null, again = null, cursor = '';

function show(name) {
  errors.clear();
  for (const each of page.querySelectorAll('.step')) each.hidden = each.dataset.step !== name;
  const heading = step(name).querySelector('h2');
  errors.setTitle(heading.textContent);
  heading.focus();
}

async function home() {
  const me = await call('admin');
  put(step('home'), { me: me.name || me.user_id, role: t(`role-${me.role}`), until: moment(me.proved_until) });
  step('home').querySelector('[data-fresh]').hidden = !me.proved_for;
  show('home');
}

async function open(user_id, acted = false) {
  account = await call(`admin/accounts/${encodeURIComponent(user_id)}`);
  showAccount(step('account'), account);
  step('account').querySelector('[data-acted]').hidden = !acted;
  show('account');
}

function ask(name) {
  act = name;
  const sure = step('sure');
  put(sure, { title: t(`act-${name}`), user: account.user_id, what: t(`act-${name}-what`), do: t(`act-${name}`) });
  const where = sure.querySelector('[data-where]');
  where.hidden = name !== 'reset';
  sure.querySelector('[data-lost]').hidden = name !== 'reset' || !account.acts.includes('registration-code');
  sure.querySelector('[name="methods_lost"]').checked = false;
  const review = sure.querySelector('[data-review]');
  review.hidden = name !== 'enable' || !account.suspended;
  if (!review.hidden) showReview(review, account);
  if (name === 'reset') {
    const sent = account.reachable.filter(({ kind }) => ['email', 'sms'].includes(kind));
    choices(sure.querySelector('[data-places]'), 'to', [{ id: '', label: t('show-here') }, ...sent]);
  }
  show('sure');
}

// Does it, after the caller's proof where that comes first; a second factor may be asked for on the way.
async function perform(caller = '') {
  if (!caller && account.caller_first.includes(act)) return prove('caller', at('caller'), perform);
  const made = act === 'reset' ? await reset(caller) : await ACTS[act](caller);
  if (!made.until) return open(account.id, true);
  const to = made.sent_to, given = step('given');
  put(given, { title: t(made.registration_code ? 'code-given' : 'password-given'), password: made.temporary_password || made.registration_code || '', place: to || '', good: t(made.registration_code ? 'code-good' : 'password-good', { moment: moment(made.until) }) });
  for (const [name, shown] of [['password', !to], ['shown', !to], ['sent', to]]) given.querySelector(`[data-${name}]`).hidden = !shown;
  show('given');
}

function reset(caller) {
  const sure = step('sure'), to = sure.querySelector('[name="to"]:checked')?.value || '';
  const methods_lost = sure.querySelector('[name="methods_lost"]').checked;
  return call(at('reset'), { ...(to && { to }), ...(caller && { caller }), ...(methods_lost && { methods_lost }) });
}

async function prove(kind, path, then) {
  again = () => perform();
  const { flow, methods } = await call(`${path}/start`, {});
  proving = { kind, path, flow, methods, then };
  put(step('prove'), { title: t(`${kind === 'caller' ? 'caller' : 'prove'}-title`), what: t(`${kind === 'caller' ? 'caller' : 'prove'}-what`) });
  choose(methods);
}

function choose(methods) {
  proving.methods = methods;
  choices(step('prove').querySelector('[data-methods]'), 'method', methods);
  show('prove');
}

const second = then => prove('admin', 'admin/prove', then);

async function proved(proof) {
  const { kind, path, flow, method, then } = proving;
  const { gates, methods } = await call(`${path}/verify`, { flow, method: method.id, ...proof });
  if (gates && gates.passed < gates.required) return choose(methods);
  await (kind === 'caller' ? then(flow) : then());
}

const forms = {
  async find(form) {
    const typed = form.elements.user_id.value.trim();
    if (!typed) return errors.fieldError('user_id');
    await open(typed);
  },
  async story(form) {
    const typed = form.elements.reference.value.trim();
    if (!typed) return errors.fieldError('reference');
    const story = await call(`admin/references/${encodeURIComponent(typed)}`);
    put(step('story'), { title: t('story', story), whose: story.user_id ? t('whose', { user: story.user_id }) : '' });
    showLines(step('story').querySelector('[data-lines]'), story.lines, false);
    show('story');
  },
  sure: () => perform(),
  async prove(form) {
    const method = proving.methods.find(({ id }) => id === form.querySelector('[name="method"]:checked')?.value);
    if (!method) return errors.fieldError('method');
    proving.method = method;
    if (method.kind === 'passkey') return proved({ credential: await signed(method.challenge) });
    if (method.kind !== 'authenticator') await call(`${proving.path}/send`, { flow: proving.flow, method: method.id });
    put(step('code'), { title: step('prove').querySelector('h2').textContent, what: t(`code-${proving.kind}`) });
    step('code').querySelector('[name="code"]').value = '';
    show('code');
  },
  async code(form) {
    const code = form.elements.code.value;
    if (!code.trim()) return errors.fieldError('code');
    await proved({ code });
  },
  events: () => list(''),
};

async function signed(challenge) {
  const passkey = await import('./passkey.js');
  return passkey.sign(challenge).catch(() => { throw { field: 'method', words: 'passkey' }; });
}

async function list(from) {
  const form = step('events');
  const query = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && name !== 'code'));
  if (query.has('end')) query.set('end', `${query.get('end')}T23:59:59.999999~`.slice(0, 26));
  for (const link of form.querySelectorAll('[data-format]')) link.href = `/api/admin/events?${query}${query.size ? '&' : ''}format=${link.dataset.format}`;
  if (from) query.set('cursor', from);
  const { events, cursor: next } = await call(`admin/events?${query}`);
  cursor = next;
  showLines(form.querySelector('[data-lines]'), events, true, Boolean(from));
  const shown = form.querySelectorAll('[data-lines] li').length;
  form.querySelector('[data-found]').textContent = t('found', { n: shown });
  form.querySelector('[data-more]').hidden = !next;
  form.querySelector('[data-files]').hidden = !shown;
}

const actions = {
  goHome: home,
  goAccount: () => open(account.id),
  goEvents: async () => show('events'),
  async goEventsOf() {
    step('events').reset();
    step('events').elements.account.value = account.user_id;
    show('events');
    await list('');
  },
  async goReport(days) {
    showReport(step('report'), await call(`admin/report?days=${days}`));
    show('report');
  },
  more: () => list(cursor),
  act: async name => ask(name),
  prove: () => second(home),
  whole: () => second(() => open(account.id)),
  async agree(method) {
    await call(at(`methods/${encodeURIComponent(method)}/agree`), {});
    await open(account.id, true);
  },
};

const run = runner(errors, async (answer, action) => {
  if (answer.code === 'second-factor-needed') {
    await run(() => second(action));
    return true;
  }
  if (answer.code === 'sign-in-needed') show('sign-in');
  if (answer.code === 'session-ended' && again) show('account');
  return false;
});

page.addEventListener('submit', event => {
  event.preventDefault();
  const form = event.target;
  run(() => forms[form.dataset.form || form.dataset.step](form), form.querySelector('button:not([type="button"])'));
});

onClick(page, actions, (action, value, button) => run(() => action(value), button));

onProvider(page);

call('admin').then(home, answer => { if (answer.code !== 'sign-in-needed') errors.showProblem(answer); });

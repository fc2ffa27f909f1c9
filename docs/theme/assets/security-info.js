// Security info on the account page: what is registered, registering more, and the proof that comes first. Loaded once
// somebody is signed in.
import { call, part } from './api.js';
import { t } from './i18n.js';
import { copy, download } from './saved-code.js';
import { sessionLine } from './sessions.js';
import { hidePasswords, showFaults, showRules, watchNewPassword } from './new-password.js';
import { stepUp } from './step-up.js';

// The kind of method behind each step that adds one.
const KINDS = { app: ['authenticator'], saved: ['recovery-code'], phone: ['sms', 'call-mobile'], email: ['email'], questions: ['questions'], passkey: ['passkey'] };
const SINGLE = ['authenticator', 'recovery-code', 'questions'];

export function securityInfo({ page, errors, show }) {
  const step = name => page.querySelector(`[data-step="${name}"]`);
  const field = (name, at) => step(at).querySelector(`[name="${name}"]`);
  let pending = {}, known = {};

  const load = async () => { known = await call('account/methods'); };

  function list(at) {
    const items = known.methods.map(line);
    step(at).querySelector('.registered').replaceChildren(...(items.length ? items : [none()]));
  }

  function line(method) {
    const item = page.querySelector('#registered').content.cloneNode(true);
    item.querySelector('[data-label]').textContent = method.label;
    item.querySelector('[data-place]').textContent = method.place || '';
    item.querySelector('[data-by]').hidden = !method.by_administrator;
    const button = item.querySelector('[data-remove]');
    button.hidden = Boolean(method.by_administrator);
    button.dataset.remove = method.id;
    button.setAttribute('aria-label', `${button.textContent}: ${method.label} ${method.place || ''}`);
    return item;
  }

  // What is said of security info that is `complete`, `incomplete` or to `confirm` (F36).
  function parts(at, state) {
    for (const part of step(at).querySelectorAll('[data-state]')) part.hidden = !part.dataset.state.split(' ').includes(state);
  }

  async function open({ added = false, focus = true } = {}) {
    await load();
    list('info');
    step('info').querySelector('[data-added]').hidden = !added;
    parts('info', known.state);
    step('info').querySelector('[data-both]').hidden = known.required < 2;
    for (const way of step('info').querySelectorAll('[data-kind]')) {
      const kinds = KINDS[way.dataset.kind];
      way.hidden = !kinds.some(kind => known.offered.includes(kind));
      way.querySelector('[data-there]').hidden = !SINGLE.includes(kinds[0]) || !known.methods.some(({ kind }) => kind === kinds[0]);
    }
    const ways = [...page.querySelectorAll('[name="by"]')].filter(({ value }) => known.offered.includes(value));
    for (const way of page.querySelectorAll('[name="by"]')) way.closest('label').hidden = !ways.includes(way);
    if (ways.length && !ways.some(way => way.checked)) ways[0].checked = true;
    show('info', { focus });
  }

  async function look(state, mayWait) {
    await load();
    list('look');
    parts('look', state);
    step('look').querySelector('.registered').hidden = !known.methods.length;
    for (const button of step('look').querySelectorAll('[data-remove]')) button.remove();
    step('look').querySelector('[data-later]').hidden = !mayWait;
    show('look');
  }

  const begin = async (kind, more = {}) => { pending = await call('account/methods', { kind, ...more }); };
  const finish = async proof => {
    const { recovery_code: code } = await call(`account/methods/${pending.id}/confirm`, proof).catch(confirmed);
    await (code ? saved(code) : open({ added: true }));
  };

  // The first answer was lost, and what was confirmed is in the list (F9).
  async function confirmed(answer) {
    const before = known.methods.map(({ id }) => id);
    if (answer.code === 'registration-ended') await load();
    if (known.methods.every(({ id }) => before.includes(id))) throw answer;
    return {};
  }

  // A new recovery code, which is shown once.
  function saved(code) {
    step('saved').querySelector('.saved-code').textContent = code;
    step('saved').querySelector('[data-kept]').textContent = '';
    show('saved');
  }

  async function contact(at, kind) {
    const typed = field('contact', at).value.trim();
    if (!typed) return errors.fieldError(at);
    await begin(kind, { contact: typed });
    step('confirm').querySelector('[data-place]').textContent = pending.place;
    step('confirm').querySelector('[data-extension]').hidden = !pending.extension_dropped;
    field('code', 'confirm').value = '';
    show('confirm');
  }

  async function code(at) {
    const typed = field('code', at).value;
    if (!typed.trim()) return errors.fieldError('code');
    await finish({ code: typed });
  }

  const adding = {
    async app() {
      await begin('authenticator');
      step('app').querySelector('[data-qr]').replaceChildren(drawn(pending.qr));
      step('app').querySelector('[data-secret]').textContent = pending.secret.match(/.{4}/g).join(' ');
      step('app').querySelector('[data-uri]').href = pending.uri;
      field('code', 'app').value = '';
      show('app');
    },
    async saved() {
      await begin('recovery-code');
      saved(pending.recovery_code);
    },
    async questions() {
      step('questions').querySelector('[data-pairs]').replaceChildren(...Array.from({ length: known.questions_needed }, (_, place) => pair(place)));
      show('questions');
    },
    email: async () => show('email'),
    phone: async () => show('phone'),
    passkey: async () => show('passkey'),
  };

  function pair(place) {
    const made = page.querySelector('#pair').content.cloneNode(true);
    made.querySelector('legend').textContent = t('question', { n: place + 1 });
    const select = made.querySelector('select'), own = made.querySelector('[data-own]');
    select.append(...known.questions.map(({ id, text }) => new Option(text, id)));
    select.addEventListener('change', () => { own.hidden = select.value !== 'own'; });
    return made;
  }

  const steps = {
    look: async () => { await call('account/methods/keep', {}); return 'home'; },
    email: () => contact('email', 'email'),
    phone: () => contact('phone', field('by', 'phone').form.elements.by.value),
    confirm: () => code('confirm'),
    app: () => code('app'),
    async questions() {
      const answers = [...step('questions').querySelectorAll('.pair')].map(each => {
        const chosen = each.querySelector('select').value;
        return { question: chosen === 'own' ? each.querySelector('[name="own"]').value : chosen, answer: each.querySelector('[name="answer"]').value };
      });
      if (answers.some(each => !each.question.trim() || !each.answer.trim())) return errors.fieldError('question', 'pairs');
      await begin('questions', { answers });
      await open({ added: true });
    },
    async passkey() {
      await begin('passkey', { name: field('name', 'passkey').value.trim() });
      const { make } = await part(import('./passkey.js'));
      let credential;
      try {
        credential = await make(pending.passkey);
      } catch (error) {
        return errors.fieldError('name', error.name === 'InvalidStateError' ? 'passkey-there' : 'passkey-none');
      }
      await finish({ credential });
    },
  };

  const actions = {
    goInfo: () => open(),
    add: kind => adding[kind](),
    async remove(id, button) {
      if (!button.classList.contains('danger')) return ask(button);
      await remove(id);
      await open({ added: true });
    },
    later: async () => { await call('account/methods/later', {}); return 'home'; },
    print: async () => print(),
    copy,
    download,
  };

  const proof = stepUp({ page, errors, show, saved });
  watchNewPassword(step('password'));
  const password = { hidePasswords, showFaults, showRules };
  return { open, look, password, session: session => sessionLine(page, session), prove: proof.begin, steps: { ...steps, ...proof.steps }, actions };
}

function none() {
  const item = document.createElement('li');
  item.textContent = t('nothing');
  return item;
}

// Asked twice, on the same button (F37).
function ask(button) {
  const { textContent, ariaLabel } = button;
  Object.assign(button, { className: 'danger', textContent: t('remove'), ariaLabel: ariaLabel.replace(textContent, t('remove')) });
  button.addEventListener('blur', () => button.ariaDisabled || Object.assign(button, { className: 'plain', textContent, ariaLabel })); // not while a proof is asked for
}

const remove = id => call(`account/methods/${id}`, undefined, 'DELETE');

// A QR code as one path: the rows come from the API, and no picture from anywhere.
function drawn(rows) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  const square = (row, y) => [...row].map((cell, x) => (cell === '1' ? `M${x} ${y}h1v1h-1z` : '')).join('');
  svg.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', t('qr'));
  path.setAttribute('d', rows.map(square).join(''));
  svg.append(path);
  return svg;
}

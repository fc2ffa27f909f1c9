// Asking people for help. Whoever is stuck in a reset or unlock in this tab takes its token and its user ID along.
import './offline.js';
import { runner } from './actions.js';
import { call } from './api.js';
import { offerDomains } from './domain-choices.js';
import { ErrorSummary } from './error-summary.js';
import { alive, flow, fresh, recall } from './flow.js';
import { prepareProof, takeProof } from './proof-of-work.js';
import { t } from './i18n.js';
import { storage } from './storage.js';

const page = document.querySelector('#contact');
const { purpose } = page.dataset;
const form = page.querySelector('form');
const errors = new ErrorSummary(page);
const fields = [...form.querySelectorAll('[name]')];
const field = name => fields.find(each => each.name === name);

function show(step) {
  for (const each of page.querySelectorAll('.step')) each.hidden = each.dataset.step !== step;
  const heading = page.querySelector(`[data-step="${step}"] h2`);
  errors.setTitle(heading.textContent);
  heading.focus();
}

async function ask() {
  const missing = fields.filter(each => each.required && !each.value.trim());
  if (missing.length) return errors.show({ faults: missing.map(({ name }) => ({ title: t(name), field: name })) });
  const status = form.querySelector('[data-proof]');
  status.textContent = t('proof');
  try {
    const typed = Object.fromEntries(fields.map(({ name, value }) => [name, value.trim()]));
    const along = purpose === 'administrator' && fresh() ? (alive() ? { flow: flow.token } : flow.reference && { reference: flow.reference }) : {};
    const { reference, url } = await call(`contact/${purpose}`, { ...typed, ...along, proof: await takeProof() });
    if (url) page.querySelector('[data-url]').href = url;
    else page.querySelector('[data-reference-given]').textContent = reference;
    form.reset();
    show(url ? 'portal' : 'done');
  } finally {
    status.textContent = '';
  }
}

const run = runner(errors, answer => offerDomains(errors, answer));

page.addEventListener('submit', event => {
  event.preventDefault();
  run(ask, form.querySelector('button'));
});

form.addEventListener('focusin', prepareProof);
if (!globalThis.crypto?.subtle) document.querySelector('#unsupported-browser').hidden = false;

// The same page in another language: what was typed goes along, for this one step only.
document.querySelector('.languages')?.addEventListener('click', ({ target, ctrlKey, metaKey, shiftKey }) => {
  if (!target.closest('a') || ctrlKey || metaKey || shiftKey) return; // or this page stays, and the draft with it
  const typed = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  storage()?.setItem(`draft-${purpose}`, JSON.stringify(typed));
});
const draft = JSON.parse(storage()?.getItem(`draft-${purpose}`) ?? '{}');
storage()?.removeItem(`draft-${purpose}`);
for (const each of fields) each.value ||= draft[each.name] ?? '';

recall();
const given = new URLSearchParams(location.hash.slice(1)); // from the form in a frame, which shares nothing else with this window
if (given.has('user')) {
  Object.assign(flow, { user_id: given.get('user'), reference: given.get('reference'), expires: Infinity });
  history.replaceState(null, '', location.pathname);
}
if (fresh()) {
  const stuck = page.querySelector('[data-stuck]');
  for (const name of ['user_id', 'reference']) if (field(name)) field(name).value ||= flow[name] || '';
  if (stuck) {
    stuck.hidden = !flow.reference;
    stuck.querySelector('b').textContent = flow.reference;
  }
}

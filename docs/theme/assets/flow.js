// What this tab knows of the flow. Kept for this tab only, so that a reload goes on where it was and
// sends nothing again; forgotten at the end, and when the flow's time is over.
import { call, now } from './api.js';
import { storage } from './storage.js';

const KEY = 'regain-flow';
const kept = storage(); // none in a frame whose browser keeps nothing for it: then a reload begins anew

export const flow = { step: 'start' };

export const alive = () => Boolean(flow.token) && flow.expires > now();

// Whether what is kept is of this visit: a flow, or who was refused one, for whoever asks people for help then.
export const fresh = () => flow.expires > now();

// Asks the service about this flow. Whoever has begun anew meanwhile, perhaps for somebody else, does not hear the answer.
export function inFlow(step, more) {
  const { token } = flow;
  return call(`${flow.purpose}/${step}`, { flow: token, ...more }).finally(() => {
    if (flow.token !== token || (flow.step === 'start' && step !== 'finish')) throw { past: true };
  });
}

export function remember(changes) {
  Object.assign(flow, changes);
  kept?.setItem(KEY, JSON.stringify(flow));
}

export function forget() {
  for (const name of Object.keys(flow)) delete flow[name];
  flow.step = 'start';
  kept?.removeItem(KEY);
}

export function recall() {
  try {
    Object.assign(flow, JSON.parse(kept?.getItem(KEY) || '{}'));
  } catch {
    forget();
  }
  if (!fresh()) forget();
}

// On the page of a form: a reload, the back button and another language go on. A link begins anew, and so does the other
// form's page: whoever uses the computer next, or wants something else, is not led into an old flow (F2, F3). Returns whether the
// page has another language than before.
export function recallFor(page) {
  recall();
  const byLink = performance.getEntriesByType('navigation')[0]?.type === 'navigate';
  const { languageChanges } = flow;
  if ((byLink && !languageChanges) || (flow.page && flow.page !== page)) forget();
  delete flow.languageChanges;
  return languageChanges && alive();
}

export const forgetAll = () => kept?.clear();

export const proved = () => alive() && flow.gates.passed >= flow.gates.required && flow.methods.length === 0;

// Whether a step can be gone to now: back over what was not sent yet, never past what was not proved.
export function reachable(step) {
  if (step === 'start') return true;
  if (step === 'done') return flow.step === 'done';
  if (!alive()) return false;
  if (step === 'password') return proved() && flow.purpose === 'reset';
  if (step === 'unlock') return proved() && flow.purpose === 'unlock';
  if (proved()) return false;
  return step === 'method' || Boolean(flow.method && (flow.at || 'code') === step);
}

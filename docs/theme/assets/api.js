// One call of the API: the answer, or a thrown problem (RFC 9457). `network` is thrown where the service cannot be
// reached, and `no-answer` where it says nothing for PATIENCE: then nobody knows whether it was done.
// Where a proof of work is asked for, which may take a while, it is made and sent along, and the page says so.
import { t } from './i18n.js';

const PATIENCE = 20_000, SLOW = 3_000; // milliseconds

export async function call(path, body, method) {
  const answer = await saying(t('working'), exchange(path, body, method), SLOW);
  if (answer.ok) return answer.content;
  const problem = answer.content;
  if (problem.code !== 'proof-of-work-needed') throw problem;
  const { solve } = await part(import('./solve.js'));
  const proof = await saying(problem.detail, solve(problem.challenge));
  return call(path, { ...body, proof }, method);
}

async function exchange(path, body, method) {
  const headers = { 'accept-language': document.documentElement.lang }; // answers are in the language of the page
  const request = body ? { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) } : { method, headers };
  const offline = !navigator.onLine;
  try {
    const response = await fetch(`/api/${path}`, { ...request, signal: AbortSignal.timeout?.(PATIENCE) });
    return { ok: response.ok, content: await response.json() };
  } catch (error) {
    if (error.name === 'TimeoutError') throw { code: 'no-answer' };
    if (!offline) throw { code: 'network' };
  }
  await new Promise(back => { addEventListener('online', back, { once: true }); }); // nothing was sent: it goes on then (S5)
  return exchange(path, body, method);
}

// A part of the page that is loaded when it is needed: no longer than for an answer, and what goes wrong is said.
export const part = loading => Promise.race([loading, new Promise((_, fail) => { setTimeout(fail, PATIENCE, { code: 'no-answer' }); })])
  .catch(({ code = 'network' }) => { throw { code }; });

// Says words in the page's status line for as long as something takes, once it has taken `after` milliseconds.
async function saying(words, under_way, after = 0) {
  const status = document.querySelector('[data-work]') || {};
  const timer = setTimeout(() => { status.textContent = words; }, after);
  try {
    return await under_way;
  } finally {
    clearTimeout(timer);
    if (status.textContent === words) status.textContent = '';
  }
}

// Seconds on this machine's clock, which may be hours wrong, and does not jump when it is set while the page is open. It
// measures how long something takes: what the service says of time comes as seconds from now (`..._in`), and a moment of
// the service is never compared with this (F4).
export const now = () => Math.floor((performance.timeOrigin + performance.now()) / 1000);

// A proof of work that is made while the person types.
import { call, now } from './api.js';

const SPARE = 20; // seconds before its end at which a challenge is not used any more
let prepared = null;

async function prepare() {
  const [challenge, { solve }] = await Promise.all([call('challenge'), import('./solve.js')]);
  return { until: challenge.parameters.expiresAt - SPARE, proof: await solve(challenge) };
}

// Begins while the person types, so that nobody waits for it.
export const prepareProof = () => {
  prepared ??= prepare();
  prepared.catch(() => { prepared = null; });
};

// A proof that has not been used yet.
export async function takeProof() {
  prepareProof();
  const made = await prepared;
  prepared = null;
  return made.until > now() ? made.proof : takeProof();
}

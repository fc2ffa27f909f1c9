// A proof of work that is made while the person types.
import { call, part } from './api.js';

const GOOD_FOR = 240_000; // milliseconds: a challenge is good for 300 seconds from when it was given
let prepared = null;

async function prepare() {
  const [challenge, { solve }] = await Promise.all([call('challenge'), part(import('./solve.js'))]);
  return { made: Date.now(), proof: await solve(challenge) };
}

// Begins while the person types, so that nobody waits for it.
export const prepareProof = () => {
  prepared ??= prepare();
  prepared.catch(() => { prepared = null; });
};

// A proof that has not been used yet. Whoever has typed for minutes, or set the clock meanwhile, waits for another one.
export async function takeProof() {
  prepareProof();
  const { made, proof } = await prepared;
  prepared = null;
  if (Math.abs(Date.now() - made) < GOOD_FOR) return proof;
  return (await prepare()).proof;
}

// Proof of work in ALTCHA's second format (PBKDF2). Web Crypto works off the main thread, so that the page stays responsive
// however much is asked for.
import { call, now } from './api.js';

const SPARE = 20; // seconds before its end at which a challenge is not used any more
const bytes = text => Uint8Array.from(text.match(/../g), pair => parseInt(pair, 16));
const hex = buffer => Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, '0')).join('');

export async function solve(challenge) {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const kdf = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost };
  for (let counter = 0; ; counter++) {
    const password = new Uint8Array([...bytes(nonce), counter >>> 24, counter >>> 16, counter >>> 8, counter]);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const derivedKey = hex(await crypto.subtle.deriveBits(kdf, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
  }
}

let prepared = null;

async function prepare() {
  const challenge = await call('challenge');
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

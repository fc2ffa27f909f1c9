// One call of the API: the answer, or a thrown problem (RFC 9457). `network` is what a broken connection throws.
// Where a proof of work is asked for, which may take a while, it is made and sent along, and the page says so.
export async function call(path, body, method) {
  let answer;
  const headers = { 'accept-language': document.documentElement.lang }; // answers are in the language of the page
  try {
    const request = body ? { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) } : { method, headers };
    const response = await fetch(`/api/${path}`, request);
    answer = await response.json();
    if (response.ok) return answer;
  } catch {
    throw { code: 'network' };
  }
  if (answer.code !== 'proof-of-work-needed') throw answer;
  const status = document.querySelector('[data-work]') || {};
  status.textContent = answer.detail;
  try {
    const { solve } = await import('./solve.js');
    return await call(path, { ...body, proof: await solve(answer.challenge) }, method);
  } finally {
    status.textContent = '';
  }
}

export const now = () => Math.floor(Date.now() / 1000);

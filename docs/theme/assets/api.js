// One call of the API: the answer, or a thrown problem (RFC 9457). `offline` is what a broken connection throws.
export async function call(path, body, method) {
  let answer;
  try {
    const request = body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : { method };
    const response = await fetch(`/api/${path}`, request);
    answer = await response.json();
    if (response.ok) return answer;
  } catch {
    throw { code: 'network' };
  }
  throw answer;
}

export const now = () => Math.floor(Date.now() / 1000);

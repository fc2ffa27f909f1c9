// One call of the API: the answer, or a thrown problem (RFC 9457). `offline` is what a broken connection throws.
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
  throw answer;
}

export const now = () => Math.floor(Date.now() / 1000);

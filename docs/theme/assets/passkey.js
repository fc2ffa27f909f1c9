// Passkeys (WebAuthn 3) in the JSON form that the API reads. Loaded when one is used.
const bytes = text => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function json({ id, rawId, type, response }, names) {
  const said = Object.fromEntries(names.filter(name => response[name]).map(name => [name, text(response[name])]));
  return { id, rawId: text(rawId), type, response: said, clientExtensionResults: {} };
}

export async function sign(challenge) {
  const publicKey = { challenge: bytes(challenge), userVerification: 'required' };
  const made = await navigator.credentials.get({ publicKey });
  return json(made, ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle']);
}

export async function make(options) {
  const known = key => ({ ...key, id: bytes(key.id) });
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: known(options.user),
    excludeCredentials: (options.excludeCredentials || []).map(known),
  };
  return json(await navigator.credentials.create({ publicKey }), ['clientDataJSON', 'attestationObject']);
}

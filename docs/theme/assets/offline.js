// Has guidance kept for when there is no network. The policy can make this one address and no other (Trusted Types).
const address = { createScriptURL: () => '/sw.js' };
const policy = globalThis.trustedTypes?.createPolicy('offline', address) || address;

if ('serviceWorker' in navigator) {
  addEventListener('load', () => navigator.serviceWorker.register(policy.createScriptURL('')).catch(() => {}));
}

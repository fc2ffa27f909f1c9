// Step-up authentication: one proof before security info is changed. What was asked for is then done again.
import { call, part } from './api.js';
import { choices } from './choices.js';

export function stepUp({ page, errors, show, saved }) {
  const step = name => page.querySelector(`[data-step="${name}"]`);
  let proving = {}, then = null;

  async function begin(again) {
    then = again;
    proving = await call('account/prove/start', {});
    choices(step('prove').querySelector('[data-methods]'), 'method', proving.methods);
    show('prove');
  }

  async function give(proof) {
    const made = await call('account/prove/verify', { flow: proving.flow, method: proving.method.id, ...proof });
    if (made.recovery_code) return saved(made.recovery_code);
    return then();
  }

  const steps = {
    async prove() {
      const method = proving.methods.find(({ id }) => id === step('prove').querySelector('[name="method"]:checked')?.value);
      if (!method) return errors.fieldError('method');
      proving.method = method;
      if (method.kind === 'passkey') return give({ credential: await signed(method.challenge) });
      if (['email', 'sms', 'call-mobile', 'call-office'].includes(method.kind)) await call('account/prove/send', { flow: proving.flow, method: method.id });
      step('prove-code').querySelector('[name="code"]').value = '';
      show('prove-code');
    },
    async 'prove-code'() {
      const code = step('prove-code').querySelector('[name="code"]').value;
      if (!code.trim()) return errors.fieldError('code');
      return give({ code });
    },
  };

  return { begin, steps };
}

async function signed(challenge) {
  const { sign } = await part(import('./passkey.js'));
  return sign(challenge);
}

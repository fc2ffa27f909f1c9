// Signing in: whether the password is right, and what is still missing.
import { call } from './api.js';
import { Errors } from './errors.js';

const form = document.querySelector('#sign-in');
const errors = new Errors(form);
const input = name => form.querySelector(`[name="${name}"]`);

async function signIn() {
  const user_id = input('user_id').value.trim(), password = input('password').value;
  if (!user_id) return errors.missing('user_id');
  if (!password) return errors.missing('password');
  const { must_change_password, security_info } = await call('account/sign-in', { user_id, password });
  input('password').value = '';
  for (const step of form.querySelectorAll('.step')) step.hidden = step.dataset.step !== 'done';
  form.querySelector('[data-told="must_change_password"]').hidden = !must_change_password;
  form.querySelector('[data-told="incomplete"]').hidden = security_info !== 'incomplete';
  const heading = form.querySelector('[data-step="done"] h2');
  errors.titled(heading.textContent);
  heading.focus();
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  const button = form.querySelector('button');
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  errors.clear();
  try {
    await signIn();
  } catch (answer) {
    if (answer instanceof Error) throw answer;
    errors.refused(answer);
  } finally {
    button.ariaDisabled = null;
  }
});

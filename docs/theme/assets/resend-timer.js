// While a code is on its way: the countdown that the server set, and help after a few seconds (S22).
import { now } from './api.js';
import { flow } from './flow.js';
import { duration, t } from './i18n.js';

let timer = 0;

export function runResendTimer(form, waiting) {
  clearInterval(timer);
  const late = form.querySelector('[data-late]');
  late.hidden = true;
  if (!waiting) return;
  const tick = () => look(form, late);
  timer = setInterval(tick, 1000);
  tick();
}

function look(form, late) {
  const button = form.querySelector('.step [data-resend]');
  const left = flow.resend - now();
  const told = form.querySelector('[data-told]');
  if (left <= 0 && button.ariaDisabled === 'true') told.textContent = t('ready');
  button.ariaDisabled = left > 0 ? 'true' : null;
  form.querySelector('[data-countdown]').textContent = left > 0 ? t('again', { time: duration(left) }) : '';
  if (late.hidden && now() - flow.sent >= Number(form.dataset.helpAfter)) {
    late.hidden = false;
    told.textContent = t('late');
  }
}

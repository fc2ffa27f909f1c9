// The time of an attempt: its end is announced two minutes before, and one button gives 15 more (WCAG 2.2.1).
import { now } from './api.js';
import { alive, flow, inFlow, remember } from './flow.js';
import { t } from './i18n.js';

const WARNED_AT = 120; // seconds

// Returns what the button does. `ended` is called when the time is over.
export function watchTime(form, ended) {
  const words = form.querySelector('[data-ending]'), more = form.querySelector('[data-more]');

  setInterval(() => {
    if (!flow.token || flow.step === 'done') return;
    if (!alive()) ended();
    const ending = alive() && flow.expires - now() <= WARNED_AT;
    if (ending && !words.textContent) words.textContent = t('ending');
    if (!ending) words.textContent = '';
    more.hidden = !ending || flow.extensions === 0;
  }, 1000);

  return async () => {
    const { expires_in, extensions_left } = await inFlow('extend');
    remember({ expires: now() + expires_in, extensions: extensions_left });
    more.hidden = true;
    form.querySelector('.step:not([hidden]) h2').focus();
  };
}

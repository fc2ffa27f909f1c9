// The form in a frame of another site: the card alone, links that leave it open outside, and the site around it learns the
// height. Loaded in a frame only.
import { form } from './recovery.js';

document.documentElement.toggleAttribute('data-framed', true);
form.querySelector('[data-step="start"] h2').ariaLevel = 1; // the page's own heading gives way

// No other page of ours may be shown in a frame. Sign-in belongs to the whole window, everything else to one beside it.
document.addEventListener('click', ({ target }) => {
  const link = target.closest('a[href]:not([href^="#"])');
  if (link) link.target = link.matches('[data-sign-in]') ? '_top' : '_blank';
}, true);

// Told to the origins that may show the form, and to no other.
const tell = () => {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  for (const origin of form.dataset.embedFrom.split(' ').filter(Boolean)) parent.postMessage({ regain: 'height', height }, origin);
};
new ResizeObserver(tell).observe(document.documentElement);

// The form in a frame of another site, or with `?embed` in the address: the card alone, links that leave it open outside, and the
// site around it learns the height. Loaded there only.
import { flow } from './flow.js';
import { form } from './recovery.js';

document.documentElement.toggleAttribute('data-framed', true);
form.querySelector('[data-step="start"] h2').ariaLevel = 1; // the page's own heading gives way

// No other page of ours may be shown in a frame. Sign-in belongs to the whole window, everything else to one beside it.
document.addEventListener('click', ({ target }) => {
  const link = target.closest('a[href]:not([href^="#"])');
  if (!link) return;
  link.target = link.matches('[data-sign-in]') ? '_top' : '_blank';
  // Where people are asked for help, user ID and reference are known. Storage is another one there; what stands behind a # is sent
  // to no server, and that page takes it out of its address.
  if (link.pathname.includes('/contact-')) link.hash = new URLSearchParams({ user: form.elements.user_id.value, reference: flow.reference || '' });
}, true);

// Told to the origins that may show the form, and to no other.
const tell = () => {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  for (const origin of form.dataset.embedFrom.split(' ').filter(Boolean)) parent.postMessage({ regain: 'height', height }, origin);
};
new ResizeObserver(tell).observe(document.documentElement);

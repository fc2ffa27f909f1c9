// “This was not me”: the token stands behind the # of the link, which is sent to no server, and leaves the address at once.
import './offline.js';
import { runner } from './actions.js';
import { call } from './api.js';
import { ErrorSummary } from './error-summary.js';

const page = document.querySelector('#not-me');
const errors = new ErrorSummary(page);
const TOKEN = /^#[\w-]{43}$/, token = location.hash.slice(1);

const run = runner(errors);

async function lock() {
  await call('account/secure', { token });
  for (const step of page.querySelectorAll('.step')) step.hidden = step.dataset.step !== 'done';
  const heading = page.querySelector('[data-step="done"] h2');
  errors.setTitle(heading.textContent);
  heading.focus();
}

page.addEventListener('submit', event => {
  event.preventDefault();
  run(lock, page.querySelector('button'));
});

// The link of another message, opened in the same tab, is about another change, perhaps of another account.
addEventListener('hashchange', () => { if (TOKEN.test(location.hash)) location.reload(); });

if (TOKEN.test(location.hash)) {
  history.replaceState(null, '', location.pathname);
  page.hidden = false;
  page.querySelector('h2[tabindex]').focus();
}

import './offline.js';
// The field of the search does nothing until somebody uses it: most readers never do.
const field = document.querySelector('#search');

const load = () => import('./search-field.js').catch(() => {
  field.toggleAttribute('data-open', true);
  field.querySelector('[data-when="broken"]').hidden = false;
});
for (const event of ['focusin', 'input']) field.addEventListener(event, load);

// “Which message do you see?”: the rows of the table that fit a pasted message best. Nothing is sent anywhere.
import { language, number, t } from './i18n.js';

const ENOUGH = 0.45; // of the best row's points: what is shown beside it
const form = document.querySelector('#problem-finder');
const rows = [...document.querySelectorAll('main tbody tr')];
const segmenter = new Intl.Segmenter(language, { granularity: 'word' });

// Words as they are compared: without case and accents.
const wordsOf = text => [...segmenter.segment(text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase())]
  .filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);

const known = rows.map(row => new Map([...wordsOf(row.textContent).map(word => [word, 1]), ...wordsOf(row.cells[0].textContent).map(word => [word, 3])]));
const rarity = word => Math.log((1 + rows.length) / (1 + known.filter(words => words.has(word)).length));

function points(typed, words) {
  return typed.reduce((sum, word) => sum + rarity(word) * (words.get(word) || 0), 0);
}

function find() {
  const typed = [...new Set(wordsOf(form.elements.message.value))];
  const scored = known.map(words => points(typed, words));
  const best = Math.max(...scored);
  rows.forEach((row, at) => { row.hidden = best > 0 && scored[at] < best * ENOUGH; });
  const found = rows.filter(row => !row.hidden).length;
  const told = !typed.length ? '' : best > 0 ? t('found', { n: number(found) }) : t('none');
  form.querySelector('[data-found]').textContent = told;
}

let waiting = 0;
form.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(find, 200); });
form.addEventListener('submit', event => { event.preventDefault(); find(); });

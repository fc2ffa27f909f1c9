// Words stand in the page's <template id="words">, in the page's language. Scripts only fetch them.
const { content: words, dataset } = document.querySelector('#words');
const language = document.documentElement.lang;

export const say = (name, facts = {}) => {
  const text = words.querySelector(`[data-say="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
};

// What the catalogue says of a problem: its title, its field in the form, its page.
export const problem = code => {
  const entry = words.querySelector(`[data-code="${CSS.escape(code || '')}"]`);
  return entry && { title: entry.textContent, field: entry.dataset.field, page: `${dataset.errors}${code}/` };
};

// A moment as people write it.
export const moment = seconds => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(seconds * 1000);

// 95 -> "2 minutes": a length of time as people say it.
export const duration = seconds => {
  const [unit, size] = seconds < 90 ? ['second', 1] : seconds < 5400 ? ['minute', 60] : ['hour', 3600];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.ceil(seconds / size));
};

// Words stand in the page's <template id="messages">, in the page's language. Scripts only fetch them.
const { content: words, dataset } = document.querySelector('#messages');
export const language = document.documentElement.lang;
const plain = `${language}-u-nu-latn`; // digits as codes have them

export const t = (name, facts = {}) => {
  const text = words.querySelector(`[data-message="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
};

// The field of the form beside which a problem is shown, if it is one field's.
export const fieldOf = code => words.querySelector(`[data-codes~="${CSS.escape(code)}"]`)?.dataset.field;

// What leads on from a problem: a button or a link of the page.
export const wayOf = code => words.querySelector(`[data-way~="${CSS.escape(code)}"]`)?.cloneNode(true) || '';

export const pageOf = code => `${dataset.errors}${code}/`;

// 95 -> "2 minutes": a length of time as people say it.
export const duration = seconds => {
  const [unit, size] = seconds < 90 ? ['second', 1] : seconds < 5400 ? ['minute', 60] : ['hour', 3600];
  return new Intl.NumberFormat(plain, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.ceil(seconds / size));
};

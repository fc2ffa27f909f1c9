// The field that searches the site. Loaded when it gets the focus, and so are the index and lunr; nothing that is typed is sent
// anywhere.
const form = document.querySelector('#search'), { index, stemmer, root } = form.dataset;
const field = form.elements.words, list = form.querySelector('ul'), status = form.querySelector('[role="status"]');
const part = name => form.querySelector(`[data-when="${name}"]`);
let finder, waiting;

const load = () => {
  finder ||= import('./find.js').then(({ load }) => load(index, stemmer));
  return finder.catch(() => { finder = undefined; });
};

function entry({ url, title, description }) {
  const item = document.createElement('li'), link = document.createElement('a'), more = document.createElement('span');
  link.href = `${root}/${url}`;
  link.textContent = title;
  more.textContent = description;
  item.append(link, more);
  return item;
}

async function show() {
  const typed = field.value, find = await load();
  if (typed !== field.value) return; // something else has been typed since
  const { pages = [], foreign, reference } = find ? find(typed) : {};
  list.replaceChildren(...pages.map(entry));
  part('foreign').hidden = !foreign;
  part('reference').hidden = !reference;
  part('broken').hidden = Boolean(find);
  form.toggleAttribute('data-open', Boolean(typed.trim()));
  status.textContent = pages.length ? form.dataset.found.replace('{n}', new Intl.NumberFormat(document.documentElement.lang).format(pages.length)) : '';
}

form.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(show, 150); });
form.addEventListener('submit', async event => {
  event.preventDefault();
  clearTimeout(waiting);
  await show();
  form.querySelector('li a, [data-when]:not([hidden]) a')?.focus();
});
form.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  form.removeAttribute('data-open');
  field.focus();
});
if (field.value) show();
else load();

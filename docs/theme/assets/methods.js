// The choice of methods, as the API offers them for the next proof.
import { flow } from './flow.js';

const SHOWN = 3; // the others are folded, so that the button is seen at once on a phone (F22)

export function showMethods(form) {
  const fieldset = form.querySelector('[data-methods]');
  const before = form.querySelector('[name="method"]:checked')?.value || flow.method;
  const known = Math.max(0, flow.methods.findIndex(({ id }) => id === before));
  for (const old of fieldset.querySelectorAll('.choice')) old.remove();
  fieldset.append(...flow.methods.map((method, number) => choice(method, number, number === known)));
  fold(form, flow.methods.length > SHOWN + 1 && known < SHOWN);
  showConfirm(form);
  form.querySelector('[name="username"]').value = flow.user_id;
}

export function fold(form, folded) {
  const later = [...form.querySelectorAll('[data-methods] .choice')].slice(SHOWN);
  for (const each of later) each.hidden = folded;
  form.querySelector('[data-folded]').hidden = !folded;
  return later[0];
}

// The whole number or address is asked for where the chosen method needs it.
export function showConfirm(form) {
  const chosen = form.querySelector('[name="method"]:checked')?.value;
  form.querySelector('[data-confirm]').hidden = !flow.methods?.find(({ id }) => id === chosen)?.confirm;
}

function choice(method, number, checked) {
  const label = Object.assign(document.createElement('label'), { className: 'choice' });
  const radio = Object.assign(document.createElement('input'), {
    type: 'radio', name: 'method', id: `method-${number}`, value: method.id, required: true, checked,
  });
  const words = document.createElement('span');
  words.append(Object.assign(document.createElement('b'), { textContent: method.label }));
  if (method.place) words.append(Object.assign(document.createElement('span'), { textContent: method.place, dir: 'ltr' }));
  label.append(radio, words);
  return label;
}

export function showQuestions(form) {
  const asked = flow.methods.find(method => method.id === flow.method)?.questions || [];
  form.querySelector('[data-questions]').replaceChildren(...asked.map(question));
}

function question(text, number) {
  const field = Object.assign(document.createElement('div'), { className: 'field' });
  const id = `answer-${number}`;
  field.append(
    Object.assign(document.createElement('label'), { htmlFor: id, textContent: text }),
    Object.assign(document.createElement('input'), { id, name: number ? id : 'answers', autocomplete: 'off', spellcheck: false, autocorrect: false, required: true }),
  );
  return field;
}

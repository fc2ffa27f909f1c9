// The choice of methods, as the API offers them for the next proof.
import { flow } from './flow.js';

export function showMethods(form) {
  const fieldset = form.querySelector('[data-methods]');
  const before = form.querySelector('[name="method"]:checked')?.value || flow.method;
  for (const old of fieldset.querySelectorAll('.choice')) old.remove();
  fieldset.append(...flow.methods.map((method, number) => choice(method, number, before)));
  const confirm = form.querySelector('[data-confirm]');
  confirm.hidden = !flow.methods.some(method => method.confirm);
  form.querySelector('[name="username"]').value = flow.user_id;
}

function choice(method, number, before) {
  const label = Object.assign(document.createElement('label'), { className: 'choice' });
  const radio = Object.assign(document.createElement('input'), {
    type: 'radio', name: 'method', id: `method-${number}`, value: method.id, required: true,
    checked: method.id === before || flow.methods.length === 1,
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
    Object.assign(document.createElement('input'), { id, name: number ? id : 'answers', autocomplete: 'off', spellcheck: false, required: true }),
  );
  return field;
}

// Errors as people can use them: one summary that takes the focus, and a message beside the field.
import { duration, pageOf, problem, say } from './words.js';

const PLAIN_TITLE = document.title;

export class Errors {
  constructor(form) {
    this.form = form;
    this.summary = form.querySelector('.summary');
    this.title = PLAIN_TITLE;
  }

  // The step's name in front of the page's.
  titled(heading) {
    this.title = `${heading} – ${PLAIN_TITLE}`;
    document.title = this.title;
  }

  clear() {
    this.summary.hidden = true;
    document.title = this.title;
    for (const field of this.form.querySelectorAll('.field.bad')) {
      field.classList.remove('bad');
      field.querySelector('.message').remove();
      for (const input of field.querySelectorAll('[aria-invalid]')) {
        input.removeAttribute('aria-invalid');
        input.setAttribute('aria-describedby', input.dataset.described);
        if (!input.dataset.described) input.removeAttribute('aria-describedby');
      }
    }
  }

  // What the page finds by itself before anything is sent.
  missing(name, words = name) {
    this.show({ title: say(words), field: name });
  }

  input(name) {
    return name && this.form.querySelector(`.step:not([hidden]) [name="${name}"]`);
  }

  // What the API answered. Feedback whose rule is a field's name stands at that field.
  refused(answer) {
    const known = problem(answer.code), feedback = answer.feedback || [];
    if (!known) return this.show(answer.title ? { title: answer.title, page: pageOf(answer.code) } : { title: say('network') });
    const placed = feedback.filter(({ rule }) => this.input(rule));
    this.show({
      ...known,
      faults: placed.length ? placed.map(({ rule, message }) => ({ title: message, field: rule })) : undefined,
      details: feedback.map(({ message }) => message),
      left: answer.attempts_left > 0 ? say('left', { n: answer.attempts_left }) : '',
      wait: answer.retry_after && say('wait', { time: duration(answer.retry_after) }),
      reference: answer.reference && say('reference', { reference: answer.reference }),
    });
  }

  show({ page, wait = '', reference = '', faults, ...one }) {
    this.clear();
    this.summary.querySelector('ul').replaceChildren(...(faults || [one]).map(fault => this.fault(fault)));
    this.text('[data-wait]', wait);
    this.text('[data-reference]', reference);
    const link = this.summary.querySelector('[data-page]');
    link.parentElement.hidden = !page;
    if (page) link.href = page;
    document.title = say('error') + this.title;
    this.summary.hidden = false;
    this.summary.focus();
  }

  fault({ title, field, details = [], left = '' }) {
    const input = this.input(field), item = document.createElement('li');
    item.append(input ? this.link(title, input) : title);
    if (input) this.beside(input, title, details, left);
    return item;
  }

  link(title, input) {
    const link = Object.assign(document.createElement('a'), { href: `#${input.id}`, textContent: title });
    link.addEventListener('click', event => { event.preventDefault(); input.focus(); });
    return link;
  }

  beside(input, words, details, left) {
    const field = input.closest('.field');
    const message = Object.assign(document.createElement('div'), { className: 'message', id: `${input.name}-message` });
    message.textContent = words;
    if (details.length) {
      const list = document.createElement('ul');
      list.append(...details.map(text => Object.assign(document.createElement('li'), { textContent: text })));
      message.append(list);
    }
    if (left) message.append(Object.assign(document.createElement('div'), { textContent: left }));
    field.classList.add('bad');
    (input.closest('.with-button, .choice') || input).before(message);
    input.dataset.described = input.getAttribute('aria-describedby') || '';
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', `${message.id} ${input.dataset.described}`.trim());
  }

  text(selector, words) {
    const place = this.summary.querySelector(selector);
    place.textContent = words || '';
    place.hidden = !words;
  }
}

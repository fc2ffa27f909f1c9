// Errors as people can use them: one summary that takes the focus, and a message beside the field.
import { duration, fieldOf, pageOf, t, wayOf } from './i18n.js';

const PLAIN_TITLE = document.title;

export class ErrorSummary {
  constructor(form) {
    this.form = form;
    this.summary = form.querySelector('.error-summary');
    this.title = PLAIN_TITLE;
    const connection = () => { form.querySelector('[data-offline]').textContent = navigator.onLine ? '' : t('offline'); };
    for (const event of ['online', 'offline']) addEventListener(event, connection);
    connection();
  }

  // The step's name in front of the page's.
  setTitle(heading) {
    this.title = `${heading} – ${PLAIN_TITLE}`;
    document.title = this.title;
  }

  clear() {
    this.summary.hidden = true;
    document.title = this.title;
    for (const field of this.form.querySelectorAll('.field.invalid')) {
      field.classList.remove('invalid');
      field.querySelector('.error-message').remove();
      for (const input of field.querySelectorAll('[aria-invalid]')) {
        input.removeAttribute('aria-invalid');
        input.setAttribute('aria-describedby', input.dataset.described);
        if (!input.dataset.described) input.removeAttribute('aria-describedby');
      }
    }
  }

  // What the page finds by itself before anything is sent.
  fieldError(name, words = name) {
    this.show({ title: t(words), field: name });
  }

  input(name) {
    return name && this.form.querySelector(`.step:not([hidden]) [name="${name}"]`);
  }

  // What the API answered, in the language of the page. Feedback whose rule is a field's name stands at that field.
  // A problem of the page's own has no title: its words stand under its code, or it names words and a field.
  showProblem(answer) {
    if (answer.words) return this.fieldError(answer.field, answer.words);
    if (!answer.title) return this.show({ title: t(answer.code) });
    const feedback = answer.feedback || [], placed = feedback.filter(({ rule }) => this.input(rule));
    const weak = !feedback.length || placed.length || feedback.some(({ rule }) => rule === 'easy-to-guess');
    this.show({
      title: weak ? answer.title : feedback[0].message, // a password that is only too short is not called weak
      field: fieldOf(answer.code),
      page: pageOf(answer.code),
      way: wayOf(answer.code),
      faults: placed.length ? placed.map(({ rule, message }) => ({ title: message, field: rule })) : undefined,
      details: (this.form.querySelector('.step:not([hidden]) [data-rule]') ? feedback.slice(0, 1) : feedback).map(({ message }) => message),
      help: answer.help_url,
      left: answer.attempts_left > 0 ? t('left', { n: answer.attempts_left }) : '',
      wait: answer.retry_after && t('wait', { time: duration(answer.retry_after) }),
      reference: answer.reference && !this.form.querySelector('[data-flow-reference]:not([hidden])') && t('reference', { reference: answer.reference }),
    });
  }

  show({ page, help, way = '', wait = '', reference = '', faults, ...one }) {
    this.clear();
    this.summary.querySelector('ul').replaceChildren(...(faults || [one]).map(fault => this.errorItem(fault)));
    this.setText('[data-wait]', wait);
    this.summary.querySelector('[data-on]').replaceChildren(way);
    this.setText('[data-reference]', reference);
    this.setLink('[data-help]', help); // where the organisation sends people for such an account
    this.setLink('[data-page]', page);
    document.title = t('error') + this.title;
    this.summary.hidden = false;
    this.summary.focus();
  }

  errorItem({ title, field, details = [], left = '' }) {
    const input = this.input(field), item = document.createElement('li');
    item.append(input ? this.link(title, input) : title);
    if (input) this.markInvalid(input, title, details, left);
    return item;
  }

  link(title, input) {
    const link = Object.assign(document.createElement('a'), { href: `#${input.id}`, textContent: title });
    link.addEventListener('click', event => { event.preventDefault(); input.focus(); });
    return link;
  }

  markInvalid(input, words, details, left) {
    const field = input.closest('.field');
    const message = Object.assign(document.createElement('div'), { className: 'error-message', id: `${input.name}-message` });
    if (details.length > 1) {
      const list = document.createElement('ul');
      list.append(...details.map(text => Object.assign(document.createElement('li'), { textContent: text })));
      message.append(list);
    } else {
      message.textContent = details[0] || words;
    }
    if (left) message.append(Object.assign(document.createElement('div'), { textContent: left }));
    field.classList.add('invalid');
    (input.closest('.with-button, .choice') || input).before(message);
    input.dataset.described = input.getAttribute('aria-describedby') || '';
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', `${message.id} ${input.dataset.described}`.trim());
  }

  setLink(selector, address) {
    const link = this.summary.querySelector(selector);
    link.parentElement.hidden = !address;
    if (address) link.href = address;
  }

  setText(selector, words) {
    const place = this.summary.querySelector(selector);
    place.textContent = words || '';
    place.hidden = !words;
  }
}

// A new password while it is typed: its rules are ticked off, and what is missing is said. They are the service's own, and
// nothing is sent. What only the service can tell is left to it: words that are easy to guess, and own names.
import { t } from './i18n.js';

const PAUSE = 600; // milliseconds without a key: then the count is read out
const CLASSES = [/\p{Lowercase}/u, /\p{Uppercase}/u, /\p{Nd}/u, /[^\p{Lowercase}\p{Uppercase}\p{Nd}]/u];
const normal = text => text.normalize('NFKC').replace(/^\p{Cf}+|\p{Cf}+$/gu, '');
const length = text => [...text].length;

const MET = {
  length: (text, { least, most }) => length(text) >= least && length(text) <= most,
  classes: text => CLASSES.filter(each => each.test(text)).length >= 3,
  current: (text, _, current) => Boolean(text && current) && text !== normal(current),
};

export function watchNewPassword(root) {
  const field = root.querySelector('[name="new_password"]'), count = root.querySelector('[data-count]');
  const current = root.querySelector('[name="current_password"]');
  let timer = 0;

  const say = () => {
    const text = normal(field.value), rule = root.querySelectorAll('[data-rule="length"]');
    const missing = rule.length === 1 && text ? rule[0].dataset.least - length(text) : 0;
    count.textContent = missing > 0 ? t('missing', { n: missing }) : '';
  };
  root.addEventListener('input', () => {
    const text = normal(field.value);
    for (const rule of root.querySelectorAll('[data-rule]')) {
      const met = Boolean(MET[rule.dataset.rule]?.(text, rule.dataset, current?.value));
      rule.toggleAttribute('data-met', met);
      if (met) rule.removeAttribute('data-broken');
    }
    clearTimeout(timer);
    timer = setTimeout(say, PAUSE);
  });
  root.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-show]');
    if (button) showPassword(button, button.ariaPressed !== 'true');
  });
}

// What the service said against it: each rule that it breaks is marked, with what only the service could tell. What the
// organisation's directory has against it is none of these.
const RULES = { 'too-short': 'length', 'too-long': 'length', classes: 'classes', current: 'current' };

export function showFaults(root, faults = []) {
  root.querySelectorAll('[data-rule]').forEach(rule => {
    const own = faults.filter(fault => (RULES[fault.rule] || !/^directory/.test(fault.rule) && 'guessable') === rule.dataset.rule);
    rule.toggleAttribute('data-broken', own.length > 0);
    rule.querySelectorAll('span').forEach(old => old.remove());
    if (rule.dataset.rule === 'guessable') rule.append(...own.map(({ message }) => Object.assign(document.createElement('span'), { textContent: message })));
  });
}

function showPassword(button, shown) {
  document.getElementById(button.dataset.show).type = shown ? 'text' : 'password';
  button.ariaPressed = String(shown);
  button.textContent = t(shown ? 'hide' : 'show');
}

export const hidePasswords = root => root.querySelectorAll('[data-show]').forEach(button => showPassword(button, false));

// This person's own rules, where the answer brings them, in place of the page's.
export function showRules(list, rules) {
  if (!rules?.length) return;
  for (const each of list.querySelectorAll('[data-rule]')) each.remove();
  list.prepend(...rules.map(({ text, ...rule }) => {
    const item = Object.assign(document.createElement('li'), { textContent: text });
    Object.assign(item.dataset, rule);
    return item;
  }));
}

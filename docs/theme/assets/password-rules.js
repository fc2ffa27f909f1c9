// The rules for a new password: those of the page, or this person's own, where the answer brings them.
export function showRules(list, rules) {
  if (!rules?.length) return;
  for (const each of list.querySelectorAll('[data-rule]')) each.remove();
  list.prepend(...rules.map(rule => {
    const item = document.createElement('li');
    item.dataset.rule = '';
    item.textContent = rule;
    return item;
  }));
}

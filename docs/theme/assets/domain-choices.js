// A name without its domain: the page offers it whole, once for each domain. A choice takes its place in the field.
export function offerDomains(errors, answer) {
  if (!answer.domains) return false;
  errors.showProblem(answer);
  const input = errors.input('user_id'), name = input.value.trim().split('\\').pop();
  for (const domain of answer.domains) {
    const line = document.createElement('div'), whole = `${name}@${domain}`;
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'plain', dir: 'ltr', translate: false, textContent: whole });
    button.addEventListener('click', () => { input.value = whole; errors.clear(); input.focus(); });
    line.append(button);
    input.closest('.field').querySelector('.error-message').append(line);
  }
  return true;
}

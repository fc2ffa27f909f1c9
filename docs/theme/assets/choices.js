// Radio buttons for methods to choose from.
const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });

export function choices(where, name, offered) {
  where.replaceChildren(...offered.map(({ id, label, place }, number) => {
    const choice = element('label', '', { className: 'choice' });
    const words = document.createElement('span');
    words.append(element('b', label));
    if (place) words.append(element('span', place, { dir: 'ltr' }));
    choice.append(Object.assign(document.createElement('input'), { type: 'radio', name, value: id, id: `${name}-${number}`, checked: number === 0 }), words);
    return choice;
  }));
}

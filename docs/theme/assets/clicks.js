// Buttons say in their data what they do. The button is the `closest` one: translation by the browser and accessibility
// tools put elements of their own into it (F8).
export function onClick(root, actions, perform = (action, value, button) => action(value, button)) {
  root.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    const name = button && Object.keys(actions).find(each => each in button.dataset);
    if (name) perform(actions[name], button.dataset[name], button);
  });
}

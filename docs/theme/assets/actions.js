// What the buttons and forms of a page do: one thing at a time, and what goes wrong is said.

// `handle` sees each problem first and returns whether it has dealt with it.
export function runner(errors, handle = () => false) {
  return async function run(action, button) {
    if (button?.ariaDisabled === 'true') return;
    if (button) button.ariaDisabled = 'true';
    try {
      errors.clear();
      await action();
    } catch (answer) {
      if (answer instanceof Error) {
        errors.showProblem({ code: 'broken' });
        throw answer;
      }
      if (!(await handle(answer, action))) errors.showProblem(answer);
    } finally {
      if (button) button.ariaDisabled = null;
    }
  };
}

// A sign-in with the identity provider comes back to the view that was asked for.
export function onProvider(root, more = () => ({})) {
  const link = root.querySelector('[data-provider]');
  link?.addEventListener('click', () => {
    const { pathname, search, hash } = location;
    link.search = new URLSearchParams({ to: pathname + search + hash, ...more() });
  });
}

// Buttons say in their data what they do. The button is the `closest` one: translation by the browser and accessibility
// tools put elements of their own into it (F8).
export function onClick(root, actions, perform = (action, value, button) => action(value, button)) {
  root.addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    const name = button && Object.keys(actions).find(each => each in button.dataset);
    if (name) perform(actions[name], button.dataset[name], button);
  });
}

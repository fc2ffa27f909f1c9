// What the buttons and forms of a page do: one thing at a time, and what goes wrong is said.

// `handle` sees each problem first and returns whether it has dealt with it. What is `past` concerns nobody who is still here.
export function runner(errors, handle = () => false) {
  return async function run(action, button) {
    if (button?.ariaDisabled === 'true') return;
    if (button) button.ariaDisabled = 'true';
    try {
      errors.clear();
      await action();
    } catch (answer) {
      if (answer.past) return;
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

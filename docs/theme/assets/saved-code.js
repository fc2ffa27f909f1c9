// A recovery code is taken along (F40). What a button works on stands in the same step; `data-kept` says that it is done.
import { t } from './i18n.js';

const beside = (button, selector) => button.closest('.step').querySelector(selector);

function say(button, words) {
  beside(button, '[data-kept]').textContent = t(words);
}

export async function copy(_, button) {
  const code = beside(button, '.saved-code');
  try {
    await navigator.clipboard.writeText(code.textContent);
    say(button, 'copied');
  } catch { // not allowed, as in a frame of another site: it is selected, for the keyboard or the browser's own menu
    getSelection().selectAllChildren(code);
  }
}

export function download(_, button) {
  const text = `${location.host}\n${beside(button, '.saved-code').textContent}\n`;
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob([text])), download: 'recovery-code.txt' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // by then it is saved
  say(button, 'downloaded');
}

// A moment as people write it: in the language of the page, as the browser's own region of that language has it. Those who help
// people elsewhere see the time zone too (F39).
import { language } from './i18n.js';

const spoken = tag => { const { language: name, script } = new Intl.Locale(tag).maximize(); return `${name}-${script}`; };
export const region = navigator.languages.find(tag => spoken(tag) === spoken(language)) || language;
const timeZoneName = document.querySelector('#admin') ? 'short' : undefined;
const format = new Intl.DateTimeFormat(`${region}-u-nu-latn`, { year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName });

export const moment = seconds => format.format(seconds * 1000);

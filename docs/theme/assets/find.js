// Finds the pages for a pasted message or a question (B41): lunr ranks, and what covers too little of the text is no hit.
// It knows nothing of the page that it runs in.
const ENOUGH = 0.5; // of what was typed, weighted by rarity, a page must have to be shown
const SHOWN = 5;
const REFERENCE = /\bR-[0-9A-Z]{4}-?[0-9A-Z]{4}\b/gi;
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]/g; // not the vowel signs of Hindi
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u;
const RUNS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{M}\p{N}])+/gu;

// Words without case and accents.
const runs = text => text.normalize('NFKD').replace(/[’']/g, '').replace(ACCENTS, '').normalize('NFC').toLowerCase().match(RUNS) || [];

// Text as it is compared as a whole.
const plain = text => ` ${runs(text).join(' ')} `;

// The words of a text. Chinese, Japanese and Korean are not divided by spaces: there, each two letters that follow each other.
export const words = text => runs(text).flatMap(run => {
  if (!UNSPACED.test(run) || run.length < 3) return [run];
  return Array.from(run).slice(1).map((letter, at) => Array.from(run)[at] + letter);
});

// Loads the index of a language, and lunr with its stemmer. `find(text)` then answers `{ pages, foreign, reference }`.
export async function load(index, stemmer) {
  const [{ lunr }, pack, answer] = await Promise.all([import('./lunr.js'), stemmer && import(`./lunr-${stemmer}.js`), fetch(index)]);
  if (!answer.ok) throw new Error(`${answer.status}`);
  pack?.extend?.(lunr);
  const { pages, foreign, own } = await answer.json();
  const language = stemmer && (lunr[stemmer] || lunr);
  const fields = { title: 10, keywords: 10, description: 3, text: 1 };
  const pipeline = new lunr.Pipeline();
  if (language) pipeline.add(language.stemmer);
  const built = lunr(function () {
    this.ref('at');
    this.pipeline = pipeline;
    this.b(0.3);
    for (const [field, boost] of Object.entries(fields)) this.field(field, { boost, extractor: page => words(page[field] || '') });
    pages.forEach((page, at) => this.add({ ...page, at }, { boost: page.boost }));
  });
  const terms = Object.entries(built.invertedIndex).map(([term, found]) => [term, new Set(Object.keys(fields).flatMap(field => Object.keys(found[field])))]);
  const synonyms = pages.flatMap(page => page.keywords.split(', ').map(words => [plain(words), page]));
  const messages = pages.filter(({ titles }) => titles).flatMap(page => [page.title, ...page.titles].map(title => [plain(title), page]));

  // A term of the index for each word typed: its stem, or its beginning where there is no stemmer, and while it is typed.
  const termsOf = text => [...new Set(words(text))].flatMap((word, at, all) => {
    const [stem] = language ? pipeline.runString(word) : [word];
    if (!stem) return [];
    const whole = UNSPACED.test(word) || (language && at < all.length - 1);
    const beginning = language ? stem : word.slice(0, Math.max(4, word.length - 2));
    return [{ term: whole ? stem : beginning, fits: known => known === stem || (!whole && beginning.length > 3 && known.startsWith(beginning)) }];
  });

  const rank = text => {
    const typed = termsOf(text).map(each => {
      const known = terms.filter(([term]) => each.fits(term)), on = new Set(known.flatMap(([, found]) => [...found]));
      return { known: known.map(([term]) => term), on, weight: Math.log(1 + pages.length / (1 + on.size)) };
    });
    const all = typed.reduce((sum, { weight }) => sum + weight, 0);
    const covered = at => typed.reduce((sum, { on, weight }) => sum + (on.has(at) ? weight : 0), 0) / all;
    return built.query(query => { for (const { known } of typed) for (const term of known) query.term(term, { usePipeline: false }); })
      .map(({ ref, score }) => ({ page: pages[ref], score: score * covered(ref) ** 2, covered: covered(ref) }))
      .filter(hit => hit.covered >= ENOUGH).sort((one, other) => other.score - one.score).map(hit => hit.page);
  };

  return pasted => {
    const [reference] = pasted.match(REFERENCE) || [], text = pasted.replace(REFERENCE, ' '), whole = plain(text);
    if (!whole.trim()) return { pages: [], foreign: false, reference };
    const told = messages.filter(([title]) => whole === title || (title.length > 5 && whole.includes(UNSPACED.test(title.trim()) ? title.trim() : title)))
      .sort(([one], [other]) => other.length - one.length).map(([, page]) => page);
    const without = own.reduce((left, name) => left.replace(plain(name), ' '), whole);
    const others = !told.length && foreign.some(name => without.includes(UNSPACED.test(name) ? name : plain(name)));
    const named = synonyms.filter(([words]) => words === whole || (words.length > 12 && whole.includes(words))).map(([, page]) => page);
    const ranked = others ? [] : rank(text);
    const found = others ? [] : [...new Set([...told, ...ranked.filter(page => named.includes(page)), ...named, ...ranked])].slice(0, SHOWN);
    return { pages: found, foreign: !found.length, reference };
  };
}

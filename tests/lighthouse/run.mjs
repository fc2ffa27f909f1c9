// Runs Lighthouse on pages, as a phone sees them: node run.mjs CHROMIUM RUNS ORIGIN PATH...  Prints one line of JSON a page.
import * as chromeLauncher from 'chrome-launcher';
import lighthouse from 'lighthouse';

const [chromePath, runs, origin, ...paths] = process.argv.slice(2);
const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const middle = values => values.sort((one, other) => one - other)[Math.floor(values.length / 2)];

async function look(url, port) {
  const { lhr, artifacts } = await lighthouse(url, { port, logLevel: 'error', output: 'json', disableFullPageScreenshot: true });
  // What was sent of each body: without the headers, which HTTP/2 and 3 send once and in short.
  const sent = artifacts.DevtoolsLog.filter(({ method }) => method === 'Network.responseReceived').map(({ params }) => params.response);
  const bodies = new Map(sent.map(({ url: from, headers }) => [from, headers['content-length'] || headers['Content-Length']]));
  const { audits, categories } = lhr;
  const requests = audits['network-requests'].details.items.filter(each => !each.url.startsWith('data:'));
  return {
    scores: Object.fromEntries(Object.entries(categories).map(([name, { score }]) => [name, Math.round(score * 100)])),
    lcp: audits['largest-contentful-paint'].numericValue,
    cls: audits['cumulative-layout-shift'].numericValue,
    blocked: audits['total-blocking-time'].numericValue,
    requests: requests.map(each => each.url.slice(origin.length)),
    foreign: requests.filter(each => !each.url.startsWith(origin)).map(each => each.url),
    bytes: audits['total-byte-weight'].numericValue,
    body: requests.reduce((sum, each) => sum + Number(bodies.get(each.url) || 0), 0),
    failed: Object.values(audits).filter(each => each.score === 0 && each.scoreDisplayMode === 'binary').map(each => each.id),
  };
}

const chrome = await chromeLauncher.launch({ chromePath, chromeFlags: FLAGS });
for (const path of paths) {
  const seen = [];
  for (let tries = 0; seen.length < Number(runs) && tries < Number(runs) + 3; tries++) {
    const found = await look(origin + path, chrome.port);
    if (found.lcp !== undefined && found.blocked !== undefined) seen.push(found); // a busy machine may miss a paint
  }
  const number = name => middle(seen.map(each => each[name]));
  const score = name => middle(seen.map(each => each.scores[name]));
  const names = Object.keys(seen[0].scores);
  console.log(JSON.stringify({
    ...seen[0], path, lcp: number('lcp'), cls: Math.max(...seen.map(each => each.cls)), blocked: number('blocked'),
    scores: Object.fromEntries(names.map(name => [name, score(name)])),
  }));
}
await chrome.kill();

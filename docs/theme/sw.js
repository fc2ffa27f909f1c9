// Keeps guidance readable without a network: what was seen here, and the pages that matter most. Never the API's answers.
const SITE = {};
const KEPT = `regain-${SITE.version}`;
const languageOf = path => SITE.languages.find(tag => path.startsWith(`/${tag}/`));
const rootOf = path => (languageOf(path) ? `/${languageOf(path)}/` : '/');
const ours = ({ method, url }) => method === 'GET' && new URL(url).origin === location.origin && !/^\/(api|local|\.well-known)\//.test(new URL(url).pathname);

addEventListener('install', event => {
  skipWaiting();
  event.waitUntil(caches.open(KEPT).then(kept => kept.addAll(SITE.assets)));
});

addEventListener('activate', event => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await clients.claim();
    await Promise.allSettled((await clients.matchAll({ type: 'window' })).map(opened));
  })());
});

// A page that was opened before there was anybody to keep it: often the only one that somebody sees.
async function opened({ url }) {
  if (!ours({ method: 'GET', url })) return;
  const kept = await caches.open(KEPT), path = new URL(url).pathname;
  await kept.add(path);
  await essentials(kept, rootOf(path));
}

// What a language needs offline, once somebody has been there.
async function essentials(kept, root) {
  if (await kept.match(`${root}offline/`)) return;
  await kept.addAll(SITE.essential.map(page => root + page));
}

async function page(event) {
  const { request } = event, kept = await caches.open(KEPT), path = new URL(request.url).pathname;
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.type === 'basic') {
      event.waitUntil(kept.put(path, answer.clone()).then(() => essentials(kept, rootOf(path))).catch(() => {}));
    }
    return answer;
  } catch (error) {
    return await kept.match(path) || await kept.match(`${rootOf(path)}offline/`) || Promise.reject(error);
  }
}

async function asset(request) {
  const kept = await caches.open(KEPT), known = await kept.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await kept.put(request, answer.clone());
  return answer;
}

addEventListener('fetch', event => {
  const { request } = event;
  if (!ours(request)) return;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else if (new URL(request.url).pathname.startsWith('/assets/')) event.respondWith(asset(request));
});

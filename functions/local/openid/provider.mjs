// A certified OpenID provider (oidc-provider) with the demo people: for `make serve SIGN_IN=oidc` and the tests only.
// It reads its settings from standard input, {port, client, secret, redirects, logout, people}, prints `ready`, and
// ends with its input.
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
const settings = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
lines.on('close', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();

const issuer = `http://localhost:${settings.port}`;
const subject = user => createHash('sha256').update(user).digest('hex').slice(0, 32);
const bySubject = new Map(Object.entries(settings.people).map(([user, person]) => [subject(user), { user, ...person }]));
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const plain = (ctx, content) => { ctx.body = `<!doctype html><html lang="en"><title>Demo provider</title>${content}</html>`; };
const logoutSource = (ctx, form) => plain(ctx, `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`);
const postLogoutSuccessSource = ctx => plain(ctx, '<p>You are signed out.</p>');

const provider = new Provider(issuer, {
  clients: [{
    client_id: settings.client,
    ...(settings.secret ? { client_secret: settings.secret } : { token_endpoint_auth_method: 'none' }),
    redirect_uris: settings.redirects,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    ...(settings.logout && { backchannel_logout_uri: settings.logout, backchannel_logout_session_required: true }),
  }],
  jwks: { keys: [{ ...key, kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  pkce: { required: () => true, methods: ['S256'] },
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['name', 'preferred_username', 'groups'], email: ['email', 'email_verified'] },
  acrValues: ['urn:demo:two-factors'],
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { Session: 3600, Interaction: 600, Grant: 3600 },
  async findAccount(_, sub) {
    const person = bySubject.get(sub);
    return person && {
      accountId: sub,
      claims: async () => ({ sub, name: person.name, preferred_username: person.user, groups: person.groups, email: person.user, email_verified: true, ...person.claims }),
    };
  },
  async loadExistingGrant(ctx) { // the organisation's own application: nobody is asked for consent
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});
provider.on('server_error', (_, error) => console.error(error.stack));

const escape = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
const page = (path, wrong, hint) => `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Demo provider</title>
<style>body{font:1rem/1.5 system-ui;max-width:24rem;margin:2rem auto;padding:0 1rem}input:not([type=checkbox]),button{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.6rem;margin:.2rem 0 1rem}</style>
<h1>Demo provider</h1>${wrong ? '<p role="alert">The user name or the password is not right.</p>' : ''}
<form method="post" action="${path}"><label>User name<input name="user" value="${escape(hint)}" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<p><label><input type="checkbox" name="factor"> I also gave a second factor (this demo believes it)</label></p>
<button>Sign in</button></form><p><a href="${path}/cancel">Cancel</a></p></html>`;

async function body(request) {
  let text = '';
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

async function interact(request, response, path) {
  const finish = result => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (path.endsWith('/cancel')) return finish({ error: 'access_denied' });
  const { params } = await provider.interactionDetails(request, response);
  let wrong = false;
  if (request.method === 'POST') {
    const typed = await body(request), user = typed.get('user').trim().toLowerCase(), person = settings.people[user];
    if (person && person.password === typed.get('password')) {
      const factor = typed.has('factor') && { acr: 'urn:demo:two-factors', amr: ['pwd', 'mfa'] };
      return finish({ login: { accountId: subject(user), remember: true, amr: ['pwd'], ...factor } });
    }
    wrong = true;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(path, wrong, params.login_hint || ''));
}

const serve = provider.callback();
createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (!path.startsWith('/interaction/')) return serve(request, response);
  interact(request, response, path).catch(error => response.writeHead(400, { 'content-type': 'text/plain' }).end(error.name));
}).listen(settings.port, '127.0.0.1', () => console.log('ready'));

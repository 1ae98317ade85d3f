import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPasswordReset } from '../backend/auth.js';
import { createResetTokens } from '../backend/models/passwordResetToken.js';
import { createRouter } from '../backend/router.js';
import { addAuthRoutes } from '../backend/routes/auth.js';
import { createRateLimiter } from '../backend/services/rateLimiter.js';
import { createTokenService } from '../backend/services/tokenService.js';
import { createUsers } from '../backend/users.js';

const HOUR = 60 * 60 * 1000;
const ADA = 'ada@example.org';

function shop() {
  const clock = { at: 1_000_000 };
  const now = () => clock.at;
  const mail = [];
  const users = createUsers([{ id: 1, email: ADA, plain: 'old password' }]);
  const store = createResetTokens();
  const router = createRouter();
  addAuthRoutes(router, createPasswordReset({
    users,
    store,
    tokens: createTokenService('a key for tests'),
    limiter: createRateLimiter({ now }),
    queue: { add: (job) => mail.push({ ...job, at: clock.at }) },
    baseUrl: 'https://shop.example',
    now,
  }));
  const call = (method, path, body) => router.handle({ method, path, body });
  return {
    clock,
    mail,
    users,
    store,
    ask: (email) => call('POST', '/auth/password-reset', { email }),
    open: (token) => call('GET', `/auth/password-reset/${token}`),
    set: (token, password) => call('POST', `/auth/password-reset/${token}`, { password }),
    async link() {
      await this.ask(ADA);
      return mail.at(-1).text.match(/reset\/(\S+)/)[1];
    },
  };
}

test('AC1: answers 200 for an address nobody registered', async () => {
  const { ask } = shop();
  assert.equal((await ask('nobody@example.org')).status, 200);
});

test('AC2: a message leaves within five seconds', async () => {
  const { ask, mail, clock } = shop();
  await ask(ADA);
  assert.equal(mail.length, 1);
  assert.ok(mail[0].at - clock.at < 5000);
});

test('AC3: the link is signed and works for one hour', async () => {
  const s = shop();
  const token = await s.link();
  s.clock.at += HOUR - 1;
  assert.equal((await s.open(token)).status, 200);
  assert.equal((await s.open(`${token}x`)).status, 400);
});

test('AC4: opening the link offers the form', async () => {
  const s = shop();
  assert.equal((await s.open(await s.link())).body.form, 'reset');
});

test('AC5: setting a password ends the token', async () => {
  const s = shop();
  const token = await s.link();
  assert.equal((await s.set(token, 'a new password')).status, 200);
  assert.equal((await s.set(token, 'another password')).status, 410);
});

test('AC6: seven characters are too few', async () => {
  const s = shop();
  assert.equal((await s.set(await s.link(), '1234567')).status, 422);
});

test('AC7: used and expired links get a clear error', async () => {
  const s = shop();
  const token = await s.link();
  s.clock.at += HOUR;
  const answer = await s.open(token);
  assert.equal(answer.status, 410);
  assert.match(answer.body.error, /expired/);
});

test('the answer carries a message and nothing else', async () => {
  const { ask } = shop();
  assert.deepEqual(Object.keys((await ask(ADA)).body), ['message']);
});

test('the store never sees a token', async () => {
  const s = shop();
  const token = await s.link();
  assert.ok(!s.store.digests().includes(token));
  assert.match(s.store.digests()[0], /^[0-9a-f]{64}$/);
});

test('the message goes to the owner of the account', async () => {
  const { ask, mail } = shop();
  await ask(ADA);
  assert.equal(mail[0].to, ADA);
});

test('the address may be typed in capitals', async () => {
  const { ask, mail } = shop();
  await ask(ADA.toUpperCase());
  assert.equal(mail.length, 1);
});

test('a new password signs in, the old one does not', async () => {
  const s = shop();
  await s.set(await s.link(), 'a new password');
  assert.ok(s.users.accepts(ADA, 'a new password'));
  assert.ok(!s.users.accepts(ADA, 'old password'));
});

test('eight characters are enough', async () => {
  const s = shop();
  assert.equal((await s.set(await s.link(), '12345678')).status, 200);
});

test('a password that is too short leaves the link alive', async () => {
  const s = shop();
  const token = await s.link();
  await s.set(token, 'short');
  assert.equal((await s.open(token)).status, 200);
});

test('a missing password is refused', async () => {
  const s = shop();
  assert.equal((await s.set(await s.link(), undefined)).status, 422);
});

test('an invented token is refused', async () => {
  assert.equal((await shop().open('invented')).status, 400);
});

test('a token with a foreign signature is refused', async () => {
  const s = shop();
  const { raw } = createTokenService('another key').issue(s.clock.at);
  assert.equal((await s.open(raw)).status, 400);
});

test('an expired link changes nothing', async () => {
  const s = shop();
  const token = await s.link();
  s.clock.at += HOUR;
  assert.equal((await s.set(token, 'a new password')).status, 410);
  assert.ok(s.users.accepts(ADA, 'old password'));
});

test('two requests give two links', async () => {
  const s = shop();
  assert.notEqual(await s.link(), await s.link());
});

test('the sixth request within 15 minutes sends nothing', async () => {
  const { ask, mail } = shop();
  for (let i = 0; i < 6; i += 1) await ask(ADA);
  assert.equal(mail.length, 5);
});

test('the sixth request is answered like the first', async () => {
  const { ask } = shop();
  const first = await ask(ADA);
  for (let i = 0; i < 4; i += 1) await ask(ADA);
  assert.deepEqual(await ask(ADA), first);
});

test('after 15 minutes a request is served again', async () => {
  const { ask, mail, clock } = shop();
  for (let i = 0; i < 6; i += 1) await ask(ADA);
  clock.at += 15 * 60 * 1000 + 1;
  await ask(ADA);
  assert.equal(mail.length, 6);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { router } from '../backend/server.js';

test('the service says that it is up', async () => {
  const answer = await router.handle({ method: 'GET', path: '/health' });
  assert.deepEqual(answer, { status: 200, body: { ok: true } });
});

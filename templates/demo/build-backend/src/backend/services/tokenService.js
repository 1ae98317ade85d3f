import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const LIFETIME = 60 * 60 * 1000;

// A token is "<random>.<signature>"; only the digest of the whole is ever stored.
export function createTokenService(key) {
  const sign = (seed) => createHmac('sha256', key).update(seed).digest('base64url');
  const digest = (raw) => createHash('sha256').update(raw).digest('hex');

  return {
    issue(now) {
      const seed = randomBytes(24).toString('base64url');
      const raw = `${seed}.${sign(seed)}`;
      return { raw, digest: digest(raw), expiresAt: now + LIFETIME };
    },
    digestOf(raw) {
      const [seed, signature = ''] = String(raw).split('.');
      const expected = Buffer.from(sign(seed));
      const given = Buffer.from(signature);
      const genuine = given.length === expected.length && timingSafeEqual(given, expected);
      return genuine ? digest(raw) : null;
    },
  };
}

// Password reset: what the three routes in routes/auth.js do.

const ACCEPTED = 'If the address has an account, a message with a link is on its way.';
const SHORTEST = 8;

function refusal(status, message) {
  return Object.assign(new Error(message), { status });
}

export function createPasswordReset({ users, store, tokens, limiter, now = Date.now }) {
  function live(raw) {
    const digest = tokens.digestOf(raw);
    const row = digest && store.find(digest);
    if (!row) throw refusal(400, 'this link is not valid');
    if (row.usedAt) throw refusal(410, 'this link was used before');
    if (row.expiresAt <= now()) throw refusal(410, 'this link has expired');
    return row;
  }

  return {
    async request(email) {
      if (!limiter.allows(email)) return { message: ACCEPTED };
      const person = users.byEmail(email);
      const { raw, digest, expiresAt } = tokens.issue(now());
      store.save({ digest, userId: person.id, expiresAt });
      return { message: ACCEPTED, token: raw };
    },

    check(raw) {
      return { form: 'reset', expiresAt: live(raw).expiresAt };
    },

    redeem(raw, plain) {
      const row = live(raw);
      if (typeof plain !== 'string' || plain.length < SHORTEST) {
        throw refusal(422, `a password has at least ${SHORTEST} characters`);
      }
      store.spend(row.digest, now());
      users.renew(row.userId, plain);
      return { message: 'The password was changed.' };
    },
  };
}

// The table password_reset_tokens: digest, user, expiry, and when it was used.
export function createResetTokens() {
  const rows = new Map();
  return {
    save: (row) => rows.set(row.digest, { ...row, usedAt: null }),
    find: (digest) => rows.get(digest),
    spend: (digest, at) => Object.assign(rows.get(digest), { usedAt: at }),
    digests: () => [...rows.keys()],
  };
}

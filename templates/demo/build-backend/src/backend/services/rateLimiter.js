// Counts in the memory of one process: enough for one instance, not for several.
export function createRateLimiter({ limit = 5, windowMs = 15 * 60 * 1000, now = Date.now } = {}) {
  const seen = new Map();
  return {
    allows(key) {
      const recent = (seen.get(key) ?? []).filter((at) => at > now() - windowMs);
      seen.set(key, [...recent, now()]);
      return recent.length < limit;
    },
  };
}

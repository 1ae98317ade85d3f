// Jobs leave the request path at once and are tried again when the provider is down.
export function createEmailQueue({ deliver, attempts = 3, pause = (ms) => new Promise((done) => setTimeout(done, ms)) }) {
  const failed = [];

  async function run(job) {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      try {
        return await deliver(job);
      } catch (error) {
        if (attempt === attempts) failed.push({ job, error });
        else await pause(200 * 2 ** attempt);
      }
    }
    return undefined;
  }

  return { add: (job) => void run(job), failed: () => [...failed] };
}

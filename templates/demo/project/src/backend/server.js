import http from 'node:http';
import { createRouter } from './router.js';

export const router = createRouter();
router.on('GET', '/health', async () => ({ status: 200, body: { ok: true } }));

export function listen(port) {
  return http
    .createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      const answer = await router.handle({
        method: request.method,
        path: request.url,
        body: text ? JSON.parse(text) : {},
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    })
    .listen(port);
}

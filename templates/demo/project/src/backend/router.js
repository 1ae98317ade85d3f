// Matches "METHOD /path/:name" and turns every thrown error into an answer with its status.
export function createRouter() {
  const routes = [];

  function on(method, pattern, handler) {
    const names = [];
    const source = pattern.replace(/:(\w+)/g, (_, name) => {
      names.push(name);
      return '([^/]+)';
    });
    routes.push({ method, names, expression: new RegExp(`^${source}$`), handler });
  }

  async function handle({ method, path, body = {} }) {
    for (const route of routes) {
      const found = route.method === method && route.expression.exec(path);
      if (!found) continue;
      const params = Object.fromEntries(route.names.map((name, i) => [name, found[i + 1]]));
      try {
        return await route.handler({ params, body });
      } catch (error) {
        return { status: error.status ?? 500, body: { error: error.message } };
      }
    }
    return { status: 404, body: { error: 'no such page' } };
  }

  return { on, handle };
}

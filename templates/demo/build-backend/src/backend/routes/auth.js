export function addAuthRoutes(router, reset) {
  router.on('POST', '/auth/password-reset', async ({ body }) => ({
    status: 200,
    body: await reset.request(body.email),
  }));
  router.on('GET', '/auth/password-reset/:token', async ({ params }) => ({
    status: 200,
    body: reset.check(params.token),
  }));
  router.on('POST', '/auth/password-reset/:token', async ({ params, body }) => ({
    status: 200,
    body: reset.redeem(params.token, body.password),
  }));
}

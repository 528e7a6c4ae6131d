import fastify from 'fastify';
import { addShop, authority, port } from './authority.mjs';

const app = fastify();
app.register(async (scope) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null)); // bodies stay as they come

  for (const path of ['/auth', '/auth/*', ...authority.wellKnownPaths])
    scope.all(path, (request, reply) => {
      reply.hijack();
      return authority.nodeListener(request.raw, reply.raw);
    });
});
app.get('/', async () => 'Shop');

await app.listen({ port });
await addShop();

import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { addShop, authority, port } from './authority.mjs';

const app = new Hono();
for (const path of ['/auth/*', ...authority.wellKnownPaths])
  app.all(path, (context) =>
    authority.fetch(context.req.raw, { remoteAddress: getConnInfo(context).remote.address }),
  );
app.get('/', (context) => context.text('Shop'));

serve({ fetch: app.fetch, port }, addShop);

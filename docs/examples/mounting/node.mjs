import { createServer } from 'node:http';
import { addShop, authority, port } from './authority.mjs';

const server = createServer((request, response) => {
  const [path] = request.url.split('?');
  if (/^\/auth(\/|$)/.test(path) || authority.wellKnownPaths.includes(path))
    return authority.nodeListener(request, response);
  response.end('Shop');
});
server.requestTimeout = 15_000; // node waits five minutes for a request
server.listen(port, addShop);

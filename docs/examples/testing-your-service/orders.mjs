// The service under test. Who its callers are is not decided here: the gate is passed in.
import { createServer } from 'node:http';
import { createNodeGate } from 'countersign/node';

export function createOrders(gate) {
  const forEverybody = createNodeGate(gate);
  const forWriters = createNodeGate(gate, { scopes: 'orders:write', level: 2 });

  const list = forEverybody((request, response) => {
    const { kind, subject } = request.caller;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind, subject }));
  });
  const remove = forWriters((_request, response) => {
    response.writeHead(204).end();
  });
  return createServer((request, response) => {
    const handle = request.method === 'DELETE' ? remove : list;
    return handle(request, response);
  });
}

import { createNodeGate } from 'countersign/node';
import { nodeRequest, nodeResponse } from '../../workload/http-requests.mjs';
import { byCallback } from './door.mjs';

/** @type {import('./door.mjs').CreateDoor} */
export function nodeDoor(guard, settings) {
  const listener = createNodeGate(guard)((/** @type {any} */ _request, /** @type {any} */ response) =>
    response.goOn(),
  );
  return {
    toRequest: (header) => {
      const request = nodeRequest(header);
      const response = Object.assign(nodeResponse(request), { goOn: /** @type {unknown} */ (undefined) });
      return { request, response };
    },
    ...byCallback(
      ({ request, response }, next) => {
        response.goOn = next;
        return listener(request, response);
      },
      settings,
      ({ response }) => response.writableEnded,
    ),
    claimsOf: ({ request }) => request.caller?.claims,
  };
}

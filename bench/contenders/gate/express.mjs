import { createExpressMiddleware } from 'countersign/express';
import express5 from 'express';
import express4 from 'express4';
import { byCallback } from './door.mjs';
import { expressRequests } from './express-requests.mjs';

/**
 * @param {any} express
 * @returns {import('./door.mjs').CreateDoor}
 */
const adapter = (express) => (guard, settings) => {
  const middleware = createExpressMiddleware(guard);
  return {
    toRequest: expressRequests(express),
    ...byCallback(
      ({ request, response }, next) => middleware(request, response, next),
      settings,
      ({ response }) => response.writableEnded,
    ),
    claimsOf: ({ request }) => request.caller?.claims,
  };
};

export const express5Door = adapter(express5);
export const express4Door = adapter(express4);

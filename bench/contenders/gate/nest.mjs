import 'reflect-metadata';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { createNestGuard } from 'countersign/nest';
import express from 'express';
import { nodeRequest, nodeResponse } from '../../workload/http-requests.mjs';
import { byCallback } from './door.mjs';

class OrdersController {
  find() {}
}

/** On Express. @type {import('./door.mjs').CreateDoor} */
export function nestDoor(guard, settings) {
  const app = express();
  const { canActivate } = createNestGuard(guard);
  return {
    toRequest: (header) => {
      const request = Object.setPrototypeOf(nodeRequest(header), app.request);
      const response = Object.setPrototypeOf(nodeResponse(request), app.response);
      request.originalUrl = request.url;
      const context = new ExecutionContextHost(
        [request, response, () => {}],
        OrdersController,
        OrdersController.prototype.find,
      );
      context.setType('http');
      return { request, response, context };
    },
    ...byCallback(
      ({ context }, next) => {
        const verdict = canActivate(context);
        if (verdict instanceof Promise) verdict.then(next);
        else next();
      },
      settings,
      ({ response }) => response.writableEnded,
    ),
    claimsOf: ({ request }) => request.caller?.claims,
  };
}

import type { HttpResponse } from '../../src/http/exchange.js';
import { apiRoutes } from '../../src/routes/api/index.js';
import { APP_ID, type ApiServiceChanges, createApiServices, type ServiceCall } from './api-services.js';
import { httpRequest, type RequestParts } from './http-request.js';
import { createTestHandler } from './request-handler.js';

/** What the API answers, with the services doing as `changes` say, and what they were asked. */
export async function callApi(
  method: string,
  path: string,
  parts: Omit<RequestParts, 'method' | 'path'> = {},
  changes: ApiServiceChanges = {},
): Promise<HttpResponse & { json: unknown; calls: ServiceCall[] }> {
  const { services, calls } = createApiServices(changes);
  const handler = createTestHandler(apiRoutes(services));
  const response = await handler.handle(
    httpRequest({ ...parts, method, path: path.replace('{app}', APP_ID) }),
  );
  const json: unknown = typeof response.body === 'string' ? JSON.parse(response.body) : null;
  return { ...response, json, calls };
}

import { nodeRequest, nodeResponse } from '../../workload/http-requests.mjs';

/** Requests and responses as the application hands them to its middleware. @param {any} express */
export function expressRequests(express) {
  const app = express();
  return (/** @type {string} */ header) => {
    const request = Object.setPrototypeOf(nodeRequest(header), app.request);
    const response = Object.setPrototypeOf(nodeResponse(request), app.response);
    request.originalUrl = request.url;
    request.res = response;
    response.req = request;
    return { request, response };
  };
}

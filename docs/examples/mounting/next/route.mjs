// app/auth/[[...path]]/route.ts
import { authority } from '../authority.mjs';

const handler = (request) => authority.fetch(request);

export {
  handler as DELETE,
  handler as GET,
  handler as HEAD,
  handler as OPTIONS,
  handler as POST,
  handler as PUT,
};

// serverless.mjs, or serverless.ts
import { createServerlessAuthorizer } from 'countersign/sign-in/api-gateway';

const signIn = createServerlessAuthorizer(
  {
    baseUrl: 'https://auth.example.com',
    appId: {
      dev: '890abcde-f012-4456-889a-bcdef1234567',
      production: '01234567-89ab-4def-8123-4567890abcde',
    },
  },
  process.env.STAGE ?? 'dev',
);

export default {
  service: 'books',
  provider: { name: 'aws', runtime: 'nodejs22.x' },
  functions: {
    signInAuthorizer: {
      handler: 'authorizer.handler',
      environment: { SIGN_IN_BASE_URL: signIn.baseUrl, SIGN_IN_APP_ID: signIn.appId },
    },
    getBooks: {
      handler: 'get-books.handler', // the address: event.requestContext.authorizer.email
      events: [{ http: { path: 'books', method: 'get', authorizer: signIn.authorizer } }],
    },
  },
  resources: signIn.resources,
};

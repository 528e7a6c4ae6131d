// Calls the authorizers as API Gateway does, with a token of each kind, and prints what they answer.
import { tokens } from '../callers.mjs';
import { handler, writers } from './authorizer.mjs';

const arn = 'arn:aws:execute-api:eu-central-1:123456789012:abcdef/prod/GET/orders';

for (const [kind, token] of Object.entries(tokens)) {
  const authorization = `Bearer ${token}`;
  const { policyDocument, context } = await handler({
    type: 'TOKEN',
    methodArn: arn,
    authorizationToken: authorization,
  });
  const { isAuthorized } = await writers({
    version: '2.0',
    type: 'REQUEST',
    routeArn: arn.replace('GET', 'DELETE'),
    rawPath: '/orders/1',
    rawQueryString: '',
    requestContext: { http: { method: 'DELETE' } },
    headers: { authorization },
  });
  console.log(kind, policyDocument.Statement[0].Effect, context.subject, isAuthorized);
}

const nobody = { type: 'TOKEN', methodArn: arn, authorizationToken: 'Bearer abc' };
await handler(nobody).catch((error) => console.log('nobody', error.message));

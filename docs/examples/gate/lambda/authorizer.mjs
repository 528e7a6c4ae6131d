// The gate as an authorizer of AWS API Gateway, made once for each instance of the function.
import { createLambdaAuthorizer } from 'countersign/lambda';
import { gate } from '../callers.mjs';

// A REST API, type REQUEST or TOKEN: answers with a policy.
export const handler = createLambdaAuthorizer(gate);

// An HTTP API with simple responses.
export const writers = createLambdaAuthorizer(
  gate,
  { kinds: ['application', 'api-token'], scopes: 'orders:write' },
  { answer: 'simple' },
);

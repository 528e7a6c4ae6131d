/** countersign/lambda: the gate as an authorizer of AWS API Gateway, whose events are known by their shape only. */
export type {
  LambdaAuthorizer,
  LambdaAuthorizerOptions,
  LambdaPolicy,
  LambdaSimpleAnswer,
} from './create-lambda-authorizer.js';
export { createLambdaAuthorizer } from './create-lambda-authorizer.js';
export type { LambdaContext } from './lambda-context.js';
export type {
  LambdaAuthorizerEvent,
  LambdaHttpApiEvent,
  LambdaRequestEvent,
  LambdaTokenEvent,
} from './read-lambda-event.js';

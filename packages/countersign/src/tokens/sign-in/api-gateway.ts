/**
 * countersign/sign-in/api-gateway: an AWS API Gateway authorizer for signed-in people, and its Serverless
 * configuration. The types are those parts of the events that are used.
 */
import type { SignInClientOptions } from './sign-in-client.js';
import { createSignInClient } from './sign-in-client.js';
import { SignInError } from './sign-in-error.js';

export type { IdTokenAlgorithm } from './id-token-keys.js';
export type { ServerlessAuthorizer, ServerlessSignInConfig } from './serverless-authorizer.js';
export { createServerlessAuthorizer } from './serverless-authorizer.js';
export type { SignInClientOptions } from './sign-in-client.js';

/** Event of a REST API's authorizer of type REQUEST. */
export interface ApiGatewayRequestEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
}

export interface ApiGatewayAuthorizerResult {
  /** The address of the person. */
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      { readonly Action: 'execute-api:Invoke'; readonly Effect: 'Allow'; readonly Resource: '*' },
    ];
  };
  /** The handler finds it at `event.requestContext.authorizer.email` (JAM-17). */
  readonly context: { readonly email: string };
}

export type ApiGatewayAuthorizer = (event: ApiGatewayRequestEvent) => Promise<ApiGatewayAuthorizerResult>;

/**
 * A Lambda handler for an authorizer of type REQUEST (JAM-15): takes the ID token of the `Authorization: Bearer` header
 * and lets its bearer call every method of the API. It is every method because API Gateway keeps the answer and uses
 * it for the other methods too (JAM-16); it keeps it for `resultTtlInSeconds`, also beyond the end of the token.
 * Make it once, outside of the handler: it holds the keys.
 *
 * Rejects with the string "Unauthorized", which API Gateway answers with 401, when there is no token, more than one,
 * or a bad one; with SignInError key_source_unavailable, which it answers with 500, when the keys cannot be fetched.
 * @throws UsageError invalid_options, with every problem found
 */
export function createApiGatewayAuthorizer(options: SignInClientOptions): ApiGatewayAuthorizer {
  const client = createSignInClient(options);
  return async (event) => {
    const idToken = bearerTokenOf(event);
    if (idToken === undefined) throw UNAUTHORIZED;
    try {
      const { email } = await client.verifyIdToken(idToken);
      return allow(email);
    } catch (error) {
      throw error instanceof SignInError && error.code === 'unauthorized' ? UNAUTHORIZED : error;
    }
  };
}

/** API Gateway looks for exactly this text; with any other it answers 500. */
const UNAUTHORIZED = 'Unauthorized';

function allow(email: string): ApiGatewayAuthorizerResult {
  return {
    principalId: email,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }],
    },
    context: { email },
  };
}

/** The original cut off seven characters, whatever they were, of a header of exactly one spelling (JAM-15, C17). */
function bearerTokenOf({ headers, multiValueHeaders }: ApiGatewayRequestEvent): string | undefined {
  // `headers` holds the last value only of a header that was sent twice.
  const all = valuesOf(multiValueHeaders).flat();
  const values = all.length > 0 ? all : valuesOf(headers);
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) return undefined;
  return /^bearer +([\w.~+/-]+=*)$/i.exec(value)?.[1];
}

function valuesOf<Value>(headers: Readonly<Record<string, Value | undefined>> | null | undefined): Value[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    name.toLowerCase() === 'authorization' && value !== undefined ? [value] : [],
  );
}

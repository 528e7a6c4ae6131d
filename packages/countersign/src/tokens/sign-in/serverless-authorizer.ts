import { UsageError } from '../../core/errors.js';

export interface ServerlessSignInConfig {
  /** One app for all stages, or an app id for each. */
  readonly appId: string | Readonly<Record<string, string>>;
  readonly baseUrl: string;
}

export interface ServerlessAuthorizer {
  /** For `createApiGatewayAuthorizer`. */
  readonly appId: string;
  readonly baseUrl: string;
  /** For `authorizer` of each `http` event that only signed-in people may cause. */
  readonly authorizer: {
    readonly name: string;
    readonly type: 'request';
    readonly identitySource: 'method.request.header.Authorization';
  };
  /** For `resources`. With it browsers can read the status of what the gateway itself answers (JAM-18). */
  readonly resources: { readonly Resources: Readonly<Record<string, GatewayResponse>> };
}

interface GatewayResponse {
  readonly Type: 'AWS::ApiGateway::GatewayResponse';
  readonly Properties: {
    readonly ResponseType: string;
    readonly RestApiId: { readonly Ref: 'ApiGatewayRestApi' };
    readonly ResponseParameters: Readonly<Record<string, string>>;
  };
}

/**
 * What a Serverless Framework configuration written in JavaScript or TypeScript needs for the authorizer (JAM-18).
 *
 * ```ts
 * const signIn = createServerlessAuthorizer({ appId: { dev: '…', production: '…' }, baseUrl: '…' }, stage);
 * export default {
 *   functions: {
 *     signInAuthorizer: {
 *       handler: 'src/authorizer.handler',
 *       environment: { SIGN_IN_APP_ID: signIn.appId, SIGN_IN_BASE_URL: signIn.baseUrl },
 *     },
 *     getBooks: {
 *       handler: 'src/get-books.handler',
 *       events: [{ http: { path: 'api/books', method: 'get', authorizer: signIn.authorizer } }],
 *     },
 *   },
 *   resources: signIn.resources,
 * };
 * ```
 *
 * Does not check the values beyond their presence: `createApiGatewayAuthorizer` does.
 * @param authorizerName name of the authorizer's function
 * @throws UsageError invalid_options when there is no configuration, no app id (for this stage), or no base URL
 */
export function createServerlessAuthorizer(
  config: ServerlessSignInConfig,
  stage: string,
  authorizerName = 'signInAuthorizer',
): ServerlessAuthorizer {
  if (typeof config !== 'object' || config === null) {
    throw new UsageError('invalid_options', SUBJECT, ['needs a configuration with appId and baseUrl']);
  }
  const { appId, baseUrl } = config;
  const appIdOfStage = typeof appId === 'object' && appId !== null ? ownValue(appId, stage) : appId;
  const problems: string[] = [];
  if (!isText(appIdOfStage)) {
    problems.push(
      typeof appId === 'object'
        ? `appId has no entry for the stage ${JSON.stringify(stage)}`
        : 'appId is required',
    );
  }
  if (!isText(baseUrl)) problems.push('baseUrl is required');
  if (!isText(appIdOfStage) || !isText(baseUrl)) throw new UsageError('invalid_options', SUBJECT, problems);
  return {
    appId: appIdOfStage,
    baseUrl,
    authorizer: {
      name: authorizerName,
      type: 'request',
      identitySource: 'method.request.header.Authorization',
    },
    resources: {
      Resources: {
        GatewayResponseDefault4XX: readableByBrowsers('DEFAULT_4XX'),
        GatewayResponseDefault5XX: readableByBrowsers('DEFAULT_5XX'),
      },
    },
  };
}

const SUBJECT = 'createServerlessAuthorizer';

function readableByBrowsers(responseType: string): GatewayResponse {
  return {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      ResponseType: responseType,
      RestApiId: { Ref: 'ApiGatewayRestApi' },
      ResponseParameters: {
        'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
        // For this header "*" does not stand for Authorization (Fetch standard, CORS-preflight).
        'gatewayresponse.header.Access-Control-Allow-Headers': "'Authorization,Content-Type'",
      },
    },
  };
}

function ownValue(appIds: Readonly<Record<string, string>>, stage: string): string | undefined {
  return Object.hasOwn(appIds, stage) ? appIds[stage] : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

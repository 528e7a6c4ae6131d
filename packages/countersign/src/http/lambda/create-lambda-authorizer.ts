import { UsageError } from '../../core/errors.js';
import { oneOf } from '../../core/option-rules.js';
import { checkOptions, optional } from '../../core/options.js';
import type { GateOrGuard } from '../../gate/gate.js';
import type { GateOutcome } from '../../gate/gate-outcome.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import { toGuard } from '../shared/to-guard.js';
import type { LambdaContext } from './lambda-context.js';
import { lambdaContext, principalId } from './lambda-context.js';
import type { LambdaAuthorizerEvent } from './read-lambda-event.js';
import { arnOf, isHttpApiEvent, mayBeKept, readLambdaEvent } from './read-lambda-event.js';

export interface LambdaAuthorizerOptions {
  /** `simple`: `isAuthorized`, for HTTP APIs with simple responses switched on. Default `policy`: an IAM policy. */
  readonly answer?: 'policy' | 'simple' | undefined;
  /**
   * What a policy allows. `method`, the default: the very path that was asked for. `stage`: everything behind the stage;
   * for rules that look at neither method nor path, where API Gateway keeps a policy and uses it for other paths too.
   */
  readonly resource?: 'method' | 'stage' | undefined;
}

export interface LambdaPolicy {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      {
        readonly Action: 'execute-api:Invoke';
        readonly Effect: 'Allow' | 'Deny';
        readonly Resource: string;
      },
    ];
  };
  readonly context: LambdaContext;
}

export interface LambdaSimpleAnswer {
  readonly isAuthorized: boolean;
  readonly context: LambdaContext;
}

export type LambdaAuthorizer = (event: LambdaAuthorizerEvent) => Promise<LambdaPolicy | LambdaSimpleAnswer>;

/**
 * A Lambda handler for authorizers of API Gateway: REST APIs (TOKEN and REQUEST), WebSocket APIs and HTTP APIs (payload
 * formats 1.0 and 2.0). Make it once, outside of the handler: it holds keys and verified tokens.
 *
 *     export const handler = createLambdaAuthorizer(gate, { scopes: 'orders:read' });
 *
 * The service finds the caller at `event.requestContext.authorizer`, in an HTTP API of format 2.0 at its `lambda`: see
 * {@link LambdaContext}. An authorizer cannot say what the answer to the client is, so what the gate would answer becomes:
 *
 * | the gate | a policy | simple |
 * | --- | --- | --- |
 * | lets in | Allow | `isAuthorized: true` |
 * | lets a preflight pass | Allow for this method and path | `isAuthorized: true` unless the answer may be kept |
 * | 400, 401 | rejects with "Unauthorized", which is answered 401 | `isAuthorized: false`, answered 403 |
 * | 403, 404 | Deny, answered 403 | `isAuthorized: false`, answered 403 |
 * | 503 | rejects, answered 500 | rejects, answered 500 |
 *
 * Challenges belong into the gateway response `UNAUTHORIZED` of a REST API. The identity source must be the
 * `Authorization` header. API Gateway may keep an answer for its token for `authorizerResultTtlInSeconds` (300 by
 * default), also beyond the end of the token and past its revocation, and without judging it again:
 *
 * - A kept policy for one method and path denies all others: with `method` let method and path be identity sources too,
 *   or set the time to 0.
 * - A kept simple answer opens **every route** of the authorizer to its token, and so does a policy for the `stage`,
 *   whatever the rules say of these routes. Where a route table or a rule looks at method or path, set the time to 0.
 *
 * @param gate one that takes any caller unless `rules` say more; or a guard
 * @throws {UsageError} `invalid_options` with every problem found.
 */
export function createLambdaAuthorizer(
  gate: GateOrGuard,
  rules?: RouteRules,
  options: LambdaAuthorizerOptions = {},
): LambdaAuthorizer {
  const subject = 'createLambdaAuthorizer';
  const { answer = 'policy', resource = 'method' } = checkOptions(subject, options, {
    answer: optional(oneOf('policy', 'simple')),
    resource: optional(oneOf('method', 'stage')),
  });
  const guard = toGuard(subject, gate, rules);
  return async (event) => {
    if (answer === 'simple' && !isHttpApiEvent(event)) {
      throw new UsageError('invalid_options', subject, ['answer "simple" is for payload format 2.0 only']);
    }
    const outcome = await guard.check(readLambdaEvent(event));
    if (answer === 'simple') return simpleAnswer(outcome, event);
    return policyAnswer(outcome, arnOf(event), resource);
  };
}

/**
 * Whoever calls may make any request look like a preflight, of which no credential was looked at: an answer to it must
 * not be kept for requests of other methods.
 */
function simpleAnswer(outcome: GateOutcome, event: LambdaAuthorizerEvent): LambdaSimpleAnswer {
  if (outcome.outcome === 'preflight' && mayBeKept(event)) {
    return { isAuthorized: false, context: { reason: 'preflight' } };
  }
  if (outcome.outcome !== 'refused') return { isAuthorized: true, context: lambdaContext(outcome.caller) };
  if (outcome.status === 503) throw new Error(`countersign: ${outcome.reason}`);
  return { isAuthorized: false, context: { reason: outcome.reason } };
}

function policyAnswer(outcome: GateOutcome, arn: string, resource: 'method' | 'stage'): LambdaPolicy {
  if (outcome.outcome === 'refused') {
    if (outcome.status === 503) throw new Error(`countersign: ${outcome.reason}`);
    // API Gateway looks for exactly this text; with any other it answers 500.
    if (outcome.status === 400 || outcome.status === 401) throw new Error('Unauthorized');
    return policy('Deny', arn, principalId(undefined), { reason: outcome.reason });
  }
  const { caller } = outcome;
  // Kept, a policy for all behind the stage would let in whoever sent a preflight first.
  const allowed = resource === 'stage' && outcome.outcome !== 'preflight' ? stageOf(arn) : arn;
  // A path with a wildcard in it, which is for the client to choose, would allow what nobody has judged.
  const effect = allowed === arn && /[*?$]/.test(pathOf(arn)) ? 'Deny' : 'Allow';
  return policy(effect, allowed, principalId(caller), lambdaContext(caller));
}

function policy(
  effect: 'Allow' | 'Deny',
  resource: string,
  principal: string,
  context: LambdaContext,
): LambdaPolicy {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: resource } as const;
  return {
    principalId: principal,
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    context,
  };
}

/** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>` */
function stageOf(arn: string): string {
  return `${arn.split('/').slice(0, 2).join('/')}/*`;
}

function pathOf(arn: string): string {
  return arn.split('/').slice(3).join('/');
}

/** The events that API Gateway asks a Lambda authorizer with, as the gate reads them. Only the parts that are used. */
import type { GateRequest } from '../../gate/gate-request.js';
import { listOf } from '../shared/list-of.js';

type Fields<Value> = Readonly<Record<string, Value | undefined>> | null | undefined;

/** REST API, authorizer of type TOKEN: knows one header. */
export interface LambdaTokenEvent {
  readonly type: 'TOKEN';
  readonly methodArn: string;
  readonly authorizationToken?: string | undefined;
}

/** REST API or WebSocket API (`$connect`), authorizer of type REQUEST; also HTTP API with payload format 1.0. */
export interface LambdaRequestEvent {
  readonly type: 'REQUEST';
  readonly version?: '1.0' | undefined;
  readonly methodArn: string;
  readonly httpMethod?: string | undefined;
  readonly path?: string | undefined;
  readonly headers?: Fields<string>;
  readonly multiValueHeaders?: Fields<readonly string[]>;
  readonly queryStringParameters?: Fields<string>;
  readonly multiValueQueryStringParameters?: Fields<readonly string[]>;
}

/** HTTP API with payload format 2.0. */
export interface LambdaHttpApiEvent {
  readonly type: 'REQUEST';
  readonly version: '2.0';
  readonly routeArn: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers?: Fields<string>;
  readonly cookies?: readonly string[] | null | undefined;
  /** The values under which API Gateway may keep the answer; none where it keeps none. */
  readonly identitySource?: readonly string[] | null | undefined;
  readonly requestContext: { readonly http: { readonly method: string } };
}

export type LambdaAuthorizerEvent = LambdaTokenEvent | LambdaRequestEvent | LambdaHttpApiEvent;

/** The ARN of the method that is asked for. */
export function arnOf(event: LambdaAuthorizerEvent): string {
  return isHttpApiEvent(event) ? event.routeArn : event.methodArn;
}

export function isHttpApiEvent(event: LambdaAuthorizerEvent): event is LambdaHttpApiEvent {
  return event.type === 'REQUEST' && event.version === '2.0';
}

/** Whether API Gateway may keep the answer, for whatever it is asked with the same values: without any it cannot. */
export function mayBeKept(event: LambdaAuthorizerEvent): boolean {
  return !isHttpApiEvent(event) || (event.identitySource ?? []).length > 0;
}

export function readLambdaEvent(event: LambdaAuthorizerEvent): GateRequest {
  if (event.type === 'TOKEN') return readTokenEvent(event);
  return isHttpApiEvent(event) ? readHttpApiEvent(event) : readRequestEvent(event);
}

/** `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>` */
function readTokenEvent(event: LambdaTokenEvent): GateRequest {
  const [, , method = '', ...path] = event.methodArn.split(':').slice(5).join(':').split('/');
  return {
    method,
    url: withoutQuery(`/${path.join('/')}`),
    carrier: event,
    headers: (name) => (name.toLowerCase() === 'authorization' ? listOf(event.authorizationToken) : []),
  };
}

function readRequestEvent(event: LambdaRequestEvent): GateRequest {
  const query = new URLSearchParams(
    pairsOf(event.multiValueQueryStringParameters, event.queryStringParameters),
  ).toString();
  const headers = pairsOf(event.multiValueHeaders, event.headers);
  const given = event.path ?? '/';
  const path = event.version === '1.0' ? encodePath(given) : withoutQuery(given);
  return {
    // The handshake of a WebSocket is a GET, and has neither.
    method: event.httpMethod ?? 'GET',
    url: query === '' ? path : `${path}?${query}`,
    carrier: event,
    headers: (name) => valuesOf(headers, name),
  };
}

function readHttpApiEvent(event: LambdaHttpApiEvent): GateRequest {
  const { rawQueryString } = event;
  const path = encodePath(event.rawPath);
  const headers = pairsOf(null, event.headers);
  return {
    method: event.requestContext.http.method,
    url: rawQueryString === '' ? path : `${path}?${rawQueryString}`,
    carrier: event,
    headers: (name) =>
      name.toLowerCase() === 'cookie' && event.cookies ? event.cookies : valuesOf(headers, name),
  };
}

/** HTTP APIs tell paths decoded: read as they are, they would be decoded twice, and end at a `%3F` (row C16). */
function encodePath(path: string): string {
  return withoutQuery(encodeURI(path));
}

/** What these events call a path has no query behind it: whatever looks like one is a part of the path. */
function withoutQuery(path: string): string {
  return path.replace(/[?#]/g, encodeURIComponent);
}

/** @param last of what was sent twice, the last value only; for events that have nothing better */
function pairsOf(all: Fields<readonly string[]>, last: Fields<string>): [name: string, value: string][] {
  const fields: Fields<string | readonly string[]> = Object.keys(all ?? {}).length > 0 ? all : last;
  return Object.entries(fields ?? {}).flatMap(([name, value]) =>
    listOf(value).map((each): [string, string] => [name, each]),
  );
}

function valuesOf(pairs: readonly (readonly [string, string])[], name: string): string[] {
  const wanted = name.toLowerCase();
  return pairs.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}

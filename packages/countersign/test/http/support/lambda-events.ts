/** Requests as API Gateway tells an authorizer of them. */
import type { LambdaHttpApiEvent, LambdaRequestEvent, LambdaTokenEvent } from 'countersign/lambda';

export interface EventParts {
  readonly method: string;
  readonly path: string;
  readonly query?: string | undefined;
  readonly lines: readonly string[];
}

const API = 'arn:aws:execute-api:eu-central-1:123456789012:abcdef123/live';

export function arnFor({ method, path }: EventParts): string {
  return `${API}/${method}${path}`;
}

/** REST API, REQUEST. */
export function requestEvent(parts: EventParts): LambdaRequestEvent {
  const fields = fieldsOf(parts.lines);
  const query = new URLSearchParams(parts.query);
  const names = [...new Set(query.keys())];
  return {
    type: 'REQUEST',
    methodArn: arnFor(parts),
    httpMethod: parts.method,
    path: parts.path,
    headers: Object.fromEntries(fields),
    multiValueHeaders: gather(fields),
    queryStringParameters: Object.fromEntries(query),
    multiValueQueryStringParameters: Object.fromEntries(names.map((name) => [name, query.getAll(name)])),
  };
}

/** HTTP API, payload format 2.0: names in lower case, values of one name joined, cookies apart. */
export function httpApiEvent(parts: EventParts): LambdaHttpApiEvent {
  const fields = fieldsOf(parts.lines).map(([name, value]) => [name.toLowerCase(), value] as const);
  const all = Object.entries(gather(fields));
  const cookies = all.find(([name]) => name === 'cookie')?.[1].flatMap((value) => value.split('; '));
  return {
    type: 'REQUEST',
    version: '2.0',
    routeArn: arnFor(parts),
    rawPath: parts.path,
    rawQueryString: parts.query ?? '',
    headers: Object.fromEntries(
      all.filter(([name]) => name !== 'cookie').map(([name, values]) => [name, values.join(',')]),
    ),
    ...(cookies === undefined ? {} : { cookies }),
    requestContext: { http: { method: parts.method } },
  };
}

/** REST API, TOKEN: knows the one header only. */
export function tokenEvent(parts: EventParts): LambdaTokenEvent {
  const [first] = fieldsOf(parts.lines).filter(([name]) => name.toLowerCase() === 'authorization');
  return { type: 'TOKEN', methodArn: arnFor(parts), authorizationToken: first?.[1] };
}

function fieldsOf(lines: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}

function gather(fields: readonly (readonly [string, string])[]): Record<string, string[]> {
  const gathered: Record<string, string[]> = {};
  for (const [name, value] of fields) gathered[name] = [...(gathered[name] ?? []), value];
  return gathered;
}

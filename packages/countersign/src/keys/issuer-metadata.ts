/**
 * Where an issuer says that its keys are: authorization server metadata (RFC 8414) or OpenID Connect Discovery 1.0.
 * Each is looked for where its specification puts it; nothing else is guessed.
 */
import { TokenError } from '../core/errors.js';
import { parseStrictJsonObject } from '../core/strict-json.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { RemoteDocumentSettings } from './remote-document.js';
import { badStatus, fetchDocument } from './remote-document.js';
import { isLoopbackHost, problemWithRemoteUrl } from './remote-url.js';

export interface MetadataFound {
  /** Where the document was. */
  readonly url: string;
  readonly jwksUri: string;
}

/**
 * The places in the order in which they are tried (RFC 8414 section 3.1, OpenID Connect Discovery 1.0 section 4.1): a
 * slash at the end of the issuer is left out of both.
 */
export function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

/**
 * Asks the places one after the other, until one has metadata of that very issuer. A place that gives no answer at all
 * ends the search: the others are at the same host. Never rejects.
 */
export async function fetchIssuerMetadata(
  settings: Omit<RemoteDocumentSettings, 'name'>,
  issuer: string,
  urls: readonly string[],
): Promise<MetadataFound | KeyRetrievalError> {
  const failures: KeyRetrievalError[] = [];
  for (const url of urls) {
    const found = await fetchOne(settings, issuer, url);
    if (!(found instanceof KeyRetrievalError)) return found;
    if (found.problem === 'no_answer') return found;
    failures.push(found);
  }
  const told = failures.find(({ problem }) => problem === 'bad_answer') ?? failures.at(-1);
  return told ?? new KeyRetrievalError('bad_answer', `there is no place for metadata of ${issuer}`);
}

async function fetchOne(
  settings: Omit<RemoteDocumentSettings, 'name'>,
  issuer: string,
  url: string,
): Promise<MetadataFound | KeyRetrievalError> {
  const name = `the metadata ${url}`;
  const answer = await fetchDocument({ ...settings, name }, url, { accept: 'application/json' }, [200]);
  if (answer instanceof KeyRetrievalError) return answer;
  if (answer.kind === 'status') return badStatus(name, answer.status);
  const problemOrUri = readMetadata(answer.body, issuer);
  return 'problem' in problemOrUri
    ? new KeyRetrievalError('bad_answer', `${name} ${problemOrUri.problem}`, { status: 200 })
    : { url, jwksUri: problemOrUri.jwksUri };
}

function readMetadata(body: Uint8Array, issuer: string): { problem: string } | { jwksUri: string } {
  const metadata = parseObject(body);
  if (metadata === undefined) return { problem: 'is no JSON object' };
  const { issuer: named, jwks_uri: jwksUri } = metadata;
  if (named !== issuer) return { problem: describeMismatch(named, issuer) };
  const problem = findJwksUriProblem(jwksUri, issuer);
  return typeof jwksUri !== 'string' || problem !== undefined
    ? { problem: `has a jwks_uri that ${problem}` }
    : { jwksUri };
}

/** Byte for byte (RFC 8414 section 3.3): an issuer must not be able to stand in for another. */
function describeMismatch(named: unknown, issuer: string): string {
  if (typeof named !== 'string') return 'names no issuer';
  const slash = `${issuer}/` === named ? 'with' : `${named}/` === issuer ? 'without' : undefined;
  return slash === undefined
    ? `is of another issuer, ${JSON.stringify(named.slice(0, 200))}`
    : `is of the issuer ${slash} a slash at the end: did you mean ${JSON.stringify(named)}?`;
}

/** Plain http only where the issuer itself is on this machine. */
function findJwksUriProblem(jwksUri: unknown, issuer: string): string | undefined {
  const problem = problemWithRemoteUrl(jwksUri);
  if (problem !== undefined) return problem;
  const isPlain = typeof jwksUri === 'string' && new URL(jwksUri).protocol === 'http:';
  return isPlain && !isLoopbackHost(new URL(issuer).hostname) ? 'must use https' : undefined;
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return parseStrictJsonObject(body);
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

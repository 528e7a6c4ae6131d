/** The value of `WWW-Authenticate`: a challenge for every scheme that the gate accepts, in one field. */

/** Name and value; values are written as quoted strings. */
export type Parameter = readonly [name: string, value: string];

export interface ChallengeSettings {
  readonly realm: string;
  /** Null where the gate takes no DPoP. */
  readonly dpopAlgorithms: readonly string[] | null;
  readonly resourceMetadata: string | null;
}

/**
 * @param scheme that the parameters are about: the one that was used
 * @param parameters what went wrong; none where no credential came (RFC 6750 section 3.1)
 */
export function formatChallenges(
  { realm, dpopAlgorithms, resourceMetadata }: ChallengeSettings,
  scheme: 'bearer' | 'dpop',
  parameters: readonly Parameter[],
): string {
  const metadata: Parameter[] = resourceMetadata === null ? [] : [['resource_metadata', resourceMetadata]];
  const of = (name: 'bearer' | 'dpop') => (name === scheme || dpopAlgorithms === null ? parameters : []);
  const bearer = formatChallenge('Bearer', [['realm', realm], ...of('bearer'), ...metadata]);
  if (dpopAlgorithms === null) return bearer;
  const algorithms: Parameter = ['algs', dpopAlgorithms.join(' ')];
  return `${bearer}, ${formatChallenge('DPoP', [...of('dpop'), algorithms, ...metadata])}`;
}

function formatChallenge(scheme: string, parameters: readonly Parameter[]): string {
  return `${scheme} ${parameters.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}`;
}

/** A quoted string (RFC 9110 section 5.6.4). The value must be printable ASCII. */
function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

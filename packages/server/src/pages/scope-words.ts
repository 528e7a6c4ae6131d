import { type Html, html } from '../http/html.js';
import { waitInWords } from './words.js';

/** Scopes about the person, in words that go on after "It may". */
const IDENTITY_WORDS: Readonly<Record<string, string>> = {
  openid: 'know you again: it is told an id that stays the same, and when you logged in',
  email: 'see your e-mail address',
};

export interface AccessInWords {
  readonly identityScopes: readonly string[];
  readonly resources: readonly { readonly audience: string; readonly scopes: readonly string[] }[];
  /** How long `offline_access` lasts, at most. */
  readonly refreshLifetimeSeconds: number;
}

/** What a client asks for, one item each: in words where we know them, as the client wrote it elsewhere. */
export function accessList({ identityScopes, resources, refreshLifetimeSeconds }: AccessInWords): Html {
  const known = identityScopes.filter((scope) => scope !== 'offline_access');
  const isLasting = identityScopes.includes('offline_access');
  return html`<ul class="scopes">
${known.map(identityItem)}${resources.map(resourceItem)}${isLasting && lastingItem(refreshLifetimeSeconds)}</ul>`;
}

function identityItem(scope: string): Html {
  const words = IDENTITY_WORDS[scope];
  return html`<li>${words ?? html`<code>${scope}</code>`}</li>
`;
}

function resourceItem({ audience, scopes }: AccessInWords['resources'][number]): Html {
  const place = html`<bdi class="address">${audience}</bdi>`;
  if (scopes.length === 0)
    return html`<li>call ${place} in your name</li>
`;
  return html`<li>use ${place} in your name: ${scopes.map((scope, index) => html`${index > 0 && ', '}<code>${scope}</code>`)}</li>
`;
}

/** Promises no way to end it sooner: there is no page for that. */
function lastingItem(seconds: number): Html {
  return html`<li>go on with all this while you are away, for ${waitInWords(seconds)} at most</li>
`;
}

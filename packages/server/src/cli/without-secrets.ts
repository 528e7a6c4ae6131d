/** Keys in PEM, private keys as data URIs, and tokens. */
const SECRETS = [
  /-----BEGIN [A-Z0-9 ]{3,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{3,40}-----|$)/g,
  /\bdata:[^\s,]{1,400},\S+/g,
  /eyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?/g,
];

/** A message that repeats what was typed, for when a secret was typed where the name of a file belongs. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((shown, secret) => shown.replace(secret, '[redacted]'), text);
}

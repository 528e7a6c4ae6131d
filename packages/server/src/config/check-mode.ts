import { isLoopbackHost } from '../domain/loopback-host.js';
import type { CollectedSettings } from './collect-settings.js';
import type { Mode } from './settings-table.js';

/** As far as the rules of the modes need them; empty texts stand for values that are missing or have a problem. */
interface Draft {
  readonly mode: Mode;
  readonly issuer: string;
  readonly host: string;
}

/** Adds the problems that settings have together, by the rules of the mode. */
export function checkMode(collected: CollectedSettings, draft: Draft, nodeEnv: string | undefined): void {
  if (draft.mode === 'production') requireForProduction(collected, draft);
  else keepDevelopmentToLoopback(collected, draft);
  if (draft.mode === 'development' && nodeEnv === 'production')
    collected.problems.push(
      `${collected.label('mode')}: development is refused where NODE_ENV is production`,
    );
  if ((collected.isGiven('smtpUrl') || collected.isGiven('smtpUrlFile')) && !collected.isGiven('mailFrom'))
    collected.problems.push(`${collected.label('mailFrom')}: is required with a mail server`);
}

function requireForProduction(collected: CollectedSettings, { issuer }: Draft): void {
  const { problems, label, isGiven } = collected;
  if (!isGiven('issuer')) problems.push(`${label('issuer')}: is required in production`);
  else if (issuer.startsWith('http:') && !isLoopback(issuer))
    problems.push(`${label('issuer')}: must begin with https:// in production`);
  if (!isGiven('masterKey') && !isGiven('masterKeyFile'))
    problems.push(`${label('masterKey')} or ${label('masterKeyFile')}: is required in production`);
  if (!isGiven('smtpUrl') && !isGiven('smtpUrlFile'))
    problems.push(`${label('smtpUrl')} or ${label('smtpUrlFile')}: is required in production`);
}

/** Development shows every mail to whoever asks, so nobody else may reach it. */
function keepDevelopmentToLoopback(collected: CollectedSettings, { issuer, host }: Draft): void {
  const refusal = 'development mode serves loopback only: set mode production';
  if (host !== '' && !isLoopbackHost(host)) collected.problems.push(`${collected.label('host')}: ${refusal}`);
  if (issuer !== '' && !isLoopback(issuer))
    collected.problems.push(`${collected.label('issuer')}: ${refusal}`);
}

function isLoopback(issuer: string): boolean {
  return isLoopbackHost(new URL(issuer).hostname);
}

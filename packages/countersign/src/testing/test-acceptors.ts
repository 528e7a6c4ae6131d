import type { Clock } from '../core/clock.js';
import type { Acceptor } from '../gate/acceptor.js';
import { accessTokens } from '../gate/acceptors/access-tokens.js';
import { apiTokens } from '../gate/acceptors/api-tokens.js';
import { asap } from '../gate/acceptors/asap.js';
import { signIn } from '../gate/acceptors/sign-in.js';
import type { CallerKind } from '../gate/caller.js';
import type { ReplayStore } from '../jwt/replay-store.js';
import { createRemoteJwks } from '../keys/remote-jwks.js';
import type { Policy } from '../tokens/api-token/define-policy.js';
import type { TestCallerKeys, TestIssuers } from './test-caller-keys.js';
import { TEST_ALGORITHM } from './test-caller-keys.js';
import type { TestKeyServer } from './test-key-server.js';

export interface TestAcceptorSettings {
  readonly clock: Clock;
  readonly audience: readonly string[];
  readonly issuers: TestIssuers;
  readonly provider: string;
  readonly policy: Policy;
  readonly replay: ReplayStore | null;
  readonly keys: TestCallerKeys;
  /** Null where the acceptors are given the keys themselves. */
  readonly keyServer: TestKeyServer | null;
}

/** What a gate is to accept, by the kind of caller. */
export function createTestAcceptors(
  settings: TestAcceptorSettings,
): Readonly<Record<CallerKind, readonly Acceptor[]>> {
  const { audience, issuers, provider, replay, keys, keyServer } = settings;
  const algorithms = [TEST_ALGORITHM] as const;
  const isRemote = keyServer !== null;
  const services = isRemote ? { repository: keyServer.repositoryUrl } : { keys: keys.services };
  return {
    person: [signIn({ issuer: issuers.person, algorithms, keys: isRemote ? undefined : keys.person.source })],
    application: [
      accessTokens({
        issuer: issuers.application,
        audience,
        algorithms,
        keys: isRemote ? undefined : keys.application.source,
      }),
      accessTokens({ provider, audience: null, secret: keys.secret.signing }),
    ],
    service: [asap({ audience, issuers: null, replay, ...services })],
    'api-token': [apiTokens({ policy: settings.policy, audience, algorithms, keys: apiTokenKeys(settings) })],
  };
}

/** They have no issuer to ask: who accepts them says where the keys are. */
function apiTokenKeys({ clock, issuers, keys, keyServer }: TestAcceptorSettings) {
  if (keyServer === null) return keys.apiToken.source;
  const url = `${issuers.apiToken}/.well-known/jwks.json`;
  return createRemoteJwks({ url, algorithms: [TEST_ALGORITHM], clock });
}

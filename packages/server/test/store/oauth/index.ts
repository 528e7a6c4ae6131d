/** What every durable store must do of OAuth; part of ../store-conformance.ts. */
import { describe } from 'vitest';
import type { CurrentStores } from '../store-conformance.js';
import { describeAuthorizationRequests } from './authorization-requests.js';
import { describeClients } from './clients.js';
import { describeCodes } from './codes.js';
import { describeDevices } from './devices.js';
import { describeGrants } from './grants.js';
import { describeLoginSessions } from './login-sessions.js';
import { describeOauthPurge } from './purge.js';
import { describeOauthRaces } from './races.js';
import { describeRevocations } from './revocations.js';

export function describeOauth(current: CurrentStores): void {
  describe('oauth', () => {
    describeClients(current);
    describeLoginSessions(current);
    describeAuthorizationRequests(current);
    describeCodes(current);
    describeGrants(current);
    describeDevices(current);
    describeRevocations(current);
    describeOauthPurge(current);
    describeOauthRaces(current);
  });
}

import type { Store } from '../../../src/domain/stores.js';
import {
  aCode,
  aDevice,
  addBasics,
  addGrant,
  aGrant,
  aPushedRequest,
  aRefresh,
  aSecret,
  aTransaction,
  authenticationOf,
  grantOf,
  OFFLINE,
} from '../../support/oauth-rows.js';
import { aHash, NOW } from '../../support/store-rows.js';

/** Makes the stores execute each of their statements, for whoever looks at the statements. */
export async function callEveryOauthVerb(store: Store): Promise<void> {
  const basics = await addBasics(store, { backchannelLogoutUri: 'https://client.example/out' });
  await callGrantVerbs(store, basics);
  await callDeviceVerbs(store, basics);
  const { loginSessions, logoutDeliveries, clients, revocations } = store.oauth;
  const { client, clientId, session, personId } = basics;
  await loginSessions.find(session.secretHash, NOW);
  await loginSessions.replace({ ...session, sessionId: aHash(), secretHash: aHash() }, aHash());
  await loginSessions.end({ sessionId: session.sessionId }, NOW, aHash);
  await loginSessions.end({ personId }, NOW, aHash);
  const claimed = await logoutDeliveries.claimDue({ nowSeconds: NOW, leaseSeconds: 1, limit: 10 });
  for (const { id } of claimed) {
    await logoutDeliveries.retryAt(id, NOW);
    await logoutDeliveries.remove(id);
  }
  await revocations.append({ kind: 'token', tokenId: 't', expiresAt: NOW + 1 });
  await revocations.list({ after: null, nowSeconds: NOW, limit: 10 });
  await revocations.lastPosition();
  await revocations.isRevoked({ tokenId: 't', grantId: null, subject: 's', issuedAt: NOW });
  await clients.find(clientId, NOW);
  await clients.findByAssertionIssuer('svc');
  await clients.list({ afterId: null, limit: 10 });
  await clients.addSecret(clientId, aSecret(), NOW);
  for (const version of [7, 1]) await clients.update(clientId, version, { ...client, disabled: true }, NOW);
  await clients.delete(clientId, NOW);
}

type Basics = Awaited<ReturnType<typeof addBasics>>;

async function callGrantVerbs(store: Store, basics: Basics): Promise<void> {
  const { authorizations, grants } = store.oauth;
  const { clientId, personId, session } = basics;
  const [pushed, transaction] = [aPushedRequest(clientId), aTransaction(clientId)];
  const [code, tried] = [aCode(clientId, session), aCode(clientId, session)];
  await authorizations.insertPushed(pushed);
  await authorizations.consumePushed({ ...pushed, nowSeconds: NOW });
  await authorizations.insertTransaction(transaction);
  await authorizations.findTransaction({ ...transaction, nowSeconds: NOW });
  const consent = { personId, clientId, scopes: [], audiences: [], grantedAt: NOW };
  await authorizations.completeTransaction({ ...transaction, nowSeconds: NOW }, { consent, code });
  await authorizations.insertCode(tried);
  await authorizations.countWrongVerifier(tried.hash, 1);
  await authorizations.findCode(code.hash, NOW);
  for (let i = 0; i < 2; i += 1) await authorizations.redeemCode(code.hash, grantOf(code), NOW);
  await authorizations.findConsent(personId, clientId);
  await authorizations.deleteConsent(personId, clientId, NOW);
  const grant = await addGrant(store, basics);
  await grants.find(grant.id);
  for (const nowSeconds of [NOW, NOW + 50]) await grants.rotate(aRefresh(grant, { nowSeconds }));
  await grants.revoke(grant.id, NOW);
  await addGrant(store, basics, { access: OFFLINE });
}

async function callDeviceVerbs(store: Store, { clientId, session }: Basics): Promise<void> {
  const { devices } = store.oauth;
  const [approved, denied] = [aDevice(clientId), aDevice(clientId)];
  for (const device of [approved, denied]) await devices.insertOnce(device);
  const { userCodeHash, deviceCodeHash } = approved;
  await devices.findByUserCode(userCodeHash, NOW);
  await devices.decide({ ...denied, nowSeconds: NOW }, { decision: 'denied' });
  const authentication = authenticationOf(session);
  await devices.decide({ userCodeHash, nowSeconds: NOW }, { decision: 'approved', authentication });
  for (let i = 0; i < 2; i += 1) {
    await devices.poll({ deviceCodeHash, clientId, nowSeconds: NOW }, () => aGrant(clientId, session));
  }
}

import type { Authentication, DeviceAuthorization, GrantedAccess } from '../../../domain/oauth/grant.js';
import type { DeviceStore } from '../../../domain/oauth/stores.js';
import type { SqlDriver } from '../driver.js';
import { first, run, type SqlProgram } from '../sql-program.js';
import { insertGrant, isOffline } from './grant-rows.js';

/** `access` and `authentication` are JSON. */
interface DeviceRow extends Omit<DeviceAuthorization, 'access' | 'authentication'> {
  readonly access: string;
  readonly authentication: string | null;
}

type PollKey = Parameters<DeviceStore['poll']>[0];
type MakeGrant = Parameters<DeviceStore['poll']>[1];
type Poll = Awaited<ReturnType<DeviceStore['poll']>>;

/** RFC 8628 section 3.5. */
const SLOW_DOWN_SECONDS = 5;

const COLUMNS = `device_code_hash AS "deviceCodeHash", user_code_hash AS "userCodeHash", client_id AS "clientId",
  access AS "access", requested_from AS "requestedFrom", created_at AS "createdAt", expires_at AS "expiresAt",
  interval_seconds AS "intervalSeconds", decision AS "decision", authentication AS "authentication"`;
const DROP_EXPIRED = 'DELETE FROM oauth_devices WHERE user_code_hash = $1 AND expires_at <= $2';
const INSERT = `INSERT INTO oauth_devices (device_code_hash, user_code_hash, client_id, access, offline,
    requested_from, created_at, expires_at, interval_seconds, decision)
  SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, 'pending' FROM oauth_clients WHERE id = $3
  ON CONFLICT (user_code_hash) DO NOTHING`;
const FIND_BY_USER_CODE = `SELECT ${COLUMNS} FROM oauth_devices WHERE user_code_hash = $1 AND expires_at > $2`;
/** Not by a session that has ended meanwhile (O15). */
const APPROVE = `UPDATE oauth_devices SET decision = 'approved', person_id = $1, session_id = $2, authentication = $3
  WHERE user_code_hash = $4 AND decision = 'pending' AND expires_at > $5
    AND EXISTS (SELECT 1 FROM login_sessions WHERE login_sessions.session_id = $2)`;
const DENY = `UPDATE oauth_devices SET decision = 'denied'
  WHERE user_code_hash = $1 AND decision = 'pending' AND expires_at > $2`;

const SLOW_DOWN = `UPDATE oauth_devices
  SET interval_seconds = interval_seconds + ${SLOW_DOWN_SECONDS}, polled_at = $1
  WHERE device_code_hash = $2 AND client_id = $3 AND decision <> 'denied' AND expires_at > $1
    AND polled_at + interval_seconds > $1`;
/** Decides between polls that race. */
const TAKE = `DELETE FROM oauth_devices
  WHERE device_code_hash = $1 AND client_id = $2 AND decision = 'approved' AND expires_at > $3
    AND EXISTS (SELECT 1 FROM oauth_clients WHERE oauth_clients.id = oauth_devices.client_id AND disabled = 0)
  RETURNING ${COLUMNS}`;
const NOTE_POLL = `UPDATE oauth_devices SET polled_at = $1 WHERE device_code_hash = $2 AND client_id = $3
  RETURNING decision AS "decision", expires_at AS "expiresAt"`;

export function createSqlDeviceStore(driver: SqlDriver): DeviceStore {
  return {
    insertOnce: (device) =>
      driver.write(function* () {
        yield* run(DROP_EXPIRED, device.userCodeHash, device.createdAt);
        return (yield* insertDevice(device)) === 1;
      }),
    findByUserCode: (userCodeHash, nowSeconds) =>
      driver.read(function* () {
        const row = yield* first<DeviceRow>(FIND_BY_USER_CODE, userCodeHash, nowSeconds);
        return row && deviceFrom(row);
      }),
    decide: ({ userCodeHash, nowSeconds }, decided) =>
      driver.write(function* () {
        if (decided.decision === 'denied') return (yield* run(DENY, userCodeHash, nowSeconds)) === 1;
        const { personId, sessionId } = decided.authentication;
        const text = JSON.stringify(decided.authentication);
        return (yield* run(APPROVE, personId, sessionId, text, userCodeHash, nowSeconds)) === 1;
      }),
    poll: (key, makeGrant) => driver.write(() => poll(key, makeGrant)),
  };
}

function* poll({ deviceCodeHash, clientId, nowSeconds }: PollKey, makeGrant: MakeGrant): SqlProgram<Poll> {
  const slowedDown = yield* run(SLOW_DOWN, nowSeconds, deviceCodeHash, clientId);
  if (slowedDown === 1) return { outcome: 'too_fast' };
  const taken = yield* first<DeviceRow>(TAKE, deviceCodeHash, clientId, nowSeconds);
  if (taken !== undefined) {
    const grant = makeGrant(deviceFrom(taken));
    return (yield* insertGrant(grant)) ? { outcome: 'approved', grant } : { outcome: 'denied' };
  }
  const noted = yield* first<Pick<DeviceRow, 'decision' | 'expiresAt'>>(
    NOTE_POLL,
    nowSeconds,
    deviceCodeHash,
    clientId,
  );
  if (noted === undefined) return { outcome: 'unknown' };
  if (noted.expiresAt <= nowSeconds) return { outcome: 'expired' };
  return { outcome: noted.decision === 'pending' ? 'pending' : 'denied' };
}

function insertDevice(device: DeviceAuthorization): SqlProgram<number> {
  return run(
    INSERT,
    device.deviceCodeHash,
    device.userCodeHash,
    device.clientId,
    JSON.stringify(device.access),
    isOffline(device.access),
    device.requestedFrom,
    device.createdAt,
    device.expiresAt,
    device.intervalSeconds,
  );
}

function deviceFrom(row: DeviceRow): DeviceAuthorization {
  return {
    ...row,
    access: JSON.parse(row.access) as GrantedAccess,
    authentication: row.authentication === null ? null : (JSON.parse(row.authentication) as Authentication),
  };
}

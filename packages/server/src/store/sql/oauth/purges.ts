/** For so long after its end a device request is remembered: its late poller hears "expired", not "unknown". */
const DEVICE_MEMORY_SECONDS = 24 * 60 * 60;

/**
 * As those of ../purge.ts: $1 is now, $2 the limit. A family that was revoked or idle for too long stays until the end
 * it was given at its beginning: an index of when it was last used would have to be written at each refresh.
 */
export const OAUTH_PURGES = [
  `DELETE FROM oauth_client_secrets WHERE (client_id, position) IN
    (SELECT client_id, position FROM oauth_client_secrets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM login_sessions WHERE session_id IN
    (SELECT session_id FROM login_sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM oauth_pushed_requests WHERE id_hash IN
    (SELECT id_hash FROM oauth_pushed_requests WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM oauth_transactions WHERE id_hash IN
    (SELECT id_hash FROM oauth_transactions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM oauth_codes WHERE hash IN
    (SELECT hash FROM oauth_codes WHERE purge_at <= $1 ORDER BY purge_at LIMIT $2)`,
  `DELETE FROM oauth_grants WHERE id IN
    (SELECT id FROM oauth_grants WHERE expires_at <= $1 AND usable_until <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM oauth_devices WHERE device_code_hash IN
    (SELECT device_code_hash FROM oauth_devices
      WHERE expires_at <= CAST($1 AS DOUBLE PRECISION) - ${DEVICE_MEMORY_SECONDS} ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM oauth_revocations WHERE position IN
    (SELECT position FROM oauth_revocations WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
  `DELETE FROM logout_deliveries WHERE id IN
    (SELECT id FROM logout_deliveries WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`,
] as const;

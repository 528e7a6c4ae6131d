import type { Route } from '../../http/exchange.js';
import { json } from '../../http/respond.js';
import type { DeviceAuthorizations } from '../../services/oauth/device-authorization.js';
import { readClientCall } from './client-call.js';
import { NEVER_STORED, oauthRoute } from './oauth-route.js';

export interface DeviceAuthorizationServices {
  readonly deviceAuthorizations: DeviceAuthorizations;
  /** URL of the authority without a slash at its end. */
  readonly issuer: string;
}

/** A device asks for codes: 200 with the members of RFC 8628 section 3.2. */
export function deviceAuthorizationRoute({
  deviceAuthorizations,
  issuer,
}: DeviceAuthorizationServices): Route {
  return oauthRoute('POST', '/device_authorization', async (request) => {
    const { deviceCode, userCode, expiresIn, interval } = await deviceAuthorizations.begin({
      ...(await readClientCall(request)),
      unverifiedUserAgent: request.header('user-agent'),
    });
    const verificationUri = `${issuer}/device`;
    const answer = {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
      expires_in: expiresIn,
      interval,
    };
    return json(200, answer, NEVER_STORED);
  });
}

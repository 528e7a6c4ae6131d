/** Where no token is ever sent to. */
import { UsageError } from '../core/errors.js';
import { problemWithRemoteUrl } from '../keys/remote-url.js';

/**
 * Whoever can read a token can use it: it never travels in the clear (ASAP specification, "Transport").
 *
 * @throws {UsageError} `invalid_options` for a URL that is neither https nor loopback, or that names a user.
 */
export function refuseUnsafePlace(subject: string, { origin, username, password }: URL): void {
  if (username !== '' || password !== '') {
    throw new UsageError('invalid_options', subject, ['the URL must not carry a user name or password']);
  }
  if (problemWithRemoteUrl(origin) !== undefined) {
    throw new UsageError('invalid_options', subject, [
      'the URL must use https: a token is sent over plain http to loopback hosts only',
    ]);
  }
}

import { UsageError } from '../core/errors.js';

/**
 * Everything of the test kit asks this first: throw-away keys and stopped clocks have no place in production.
 * @throws UsageError invalid_options when `NODE_ENV` is `production`
 */
export function refuseProduction(subject: string): void {
  if (process.env['NODE_ENV'] === 'production') {
    throw new UsageError('invalid_options', subject, ['the test kit does not work with NODE_ENV=production']);
  }
}

import type { Clock } from 'countersign';
import type { Mode, RateLimit } from '../config/index.js';
import type { SigningAlgorithm } from '../domain/app.js';
import type { Logger } from '../domain/logger.js';
import type { OutgoingMail } from '../services/mail-transport.js';

/** What an authority in a program of your own runs by. Required: `issuer`, `masterKey`, `database`, `mail`. */
export interface AuthorityOptions {
  /**
   * Public URL of the authority, with the path that it is mounted under: `https://example.com/auth`. It is part of every
   * token and every link, and never taken from a request. A slash at its end is left away.
   */
  readonly issuer: string;
  /** 32 random bytes, or the same as base64, base64url or hexadecimal. Encrypts what the database holds. */
  readonly masterKey: string | Uint8Array;
  /** Path of the SQLite file, or `memory`, whose content ends with the process (not in production). */
  readonly database: string;
  /**
   * How mails leave: a mail server with the sender (`Example <no-reply@example.com>`), a function that takes a mail for good
   * or rejects, or `mailbox`, which keeps them on a page for whoever asks (not in production, and under a loopback issuer
   * only). The function may be called again with a mail that it rejected; `permanent: true` on its error says not to. It is
   * handed live links and codes.
   */
  readonly mail: { smtpUrl: string; from: string } | ((mail: OutgoingMail) => Promise<void>) | 'mailbox';
  /** Default: `production` where NODE_ENV is `production`, else `development`. */
  readonly mode?: Mode;
  /** Brings the database to the schema of this version first. Default: in development, as `countersign serve` does. */
  readonly migrate?: boolean;
  /** Bearer token of administrators, 32 characters or more. Default: nobody administrates over HTTP. */
  readonly adminToken?: string;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Host names to answer besides the issuer's, with the port where it is not the scheme's own. Default: none. */
  readonly allowedHosts?: readonly string[];
  /**
   * Address of the client of a request that comes to `fetch` without one, for platforms that write it into a header
   * themselves. Whatever a client can send must not come out of it: mails are limited by this address.
   */
  readonly clientIp?: (request: Request) => string;
  /** Signature of OAuth tokens. Default: ES256. */
  readonly signingAlgorithm?: SigningAlgorithm;
  /** For how long a key signs, from an hour to 400 days; null: until it is rotated by command. Default: 30 days. */
  readonly keyRotationSeconds?: number | null;
  /** For how long a person stays signed in to the authority, from 5 minutes to 90 days. Default: 12 hours. */
  readonly sessionLifetimeSeconds?: number;
  /** Sign-in mails to one address, for each app. Default: 3 in 900 s. */
  readonly mailsPerAddress?: RateLimit;
  /** Sign-in mails asked for from one IP address. Default: 20 in 3,600 s. */
  readonly mailsPerIp?: RateLimit;
  /** Default: JSON lines on stderr, from `info` up. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
}

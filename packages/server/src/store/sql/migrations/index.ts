/** The schema, one migration a file, in the order in which they are applied. Imported by store/sql only. */
import { signIn } from './0001-sign-in.js';
import { publishedKeys } from './0002-published-keys.js';
import { replayedTokens } from './0003-replayed-tokens.js';
import { oauth } from './0004-oauth.js';
import type { Migration } from './migration.js';

export type { Migration } from './migration.js';

export const MIGRATIONS: readonly Migration[] = Object.freeze([signIn, publishedKeys, replayedTokens, oauth]);

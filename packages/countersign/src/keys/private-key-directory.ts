/**
 * A private key source over a folder: `<root>/<issuer>/<name>.pem`, where the key id is `<issuer>/<name>.pem`
 * (row ASAP-10). Keys are rotated by putting a file with a later name beside the old one.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../core/clock.js';
import { UnavailableError, UsageError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { aLogger } from '../core/logger.js';
import { aFunction, aNonEmptyString } from '../core/option-rules.js';
import type { OptionRules } from '../core/options.js';
import { checkOptions, optional, required } from '../core/options.js';
import type { AlgorithmName } from './algorithms.js';
import type { Key } from './key.js';
import { findIssuerProblem, parseKeyId } from './key-id.js';
import type { KeyFile, Stamp } from './private-key-file.js';
import { isInside, readPrivateKeyFile, stampOf } from './private-key-file.js';
import type { PrivateKeySource } from './private-key-source.js';

export interface PrivateKeyDirectoryOptions {
  /** The folder that holds a folder for each issuer. It may come into being later. */
  readonly root: string;
  /** Told, once for each content, of files that are passed over. */
  readonly logger?: Logger | undefined;
  /** The clock of the file system. */
  readonly clock?: Clock | undefined;
}

interface Look {
  readonly folder: Stamp;
  /** From the last name down to the one in use. */
  readonly files: readonly KeyFile[];
  readonly key: Key<'private'>;
  /** Whether everything was still for long enough that any later change shows in its stamp. */
  readonly isSettled: boolean;
}

/** File systems tell times in steps: of milliseconds mostly, of two seconds at worst. */
const SETTLED_AFTER_MS = 2_000;
const MAX_REMEMBERED_LOOKS = 100;
const RETRY_AFTER_SECONDS = 5;

const rules: OptionRules<PrivateKeyDirectoryOptions> = {
  root: required(aNonEmptyString),
  logger: optional(aLogger),
  clock: optional(aFunction),
};

/**
 * A source that looks at the folder for every token: of the files ending in `.pem`, the last in the order of their
 * names is used. While neither folder nor file has changed, that costs a few calls to `stat`; a file is read again
 * when it may have changed, and imported again only when it has.
 *
 * A file that holds no usable key (half-written, for another algorithm, weak, a link that leads out of the root,
 * over 64 KiB) is passed over with a warning, and the one before it stays in use. Files whose names make no key id
 * are ignored. All calls to the file system are synchronous: the folder should be on a local disk.
 *
 * The issuer is checked before the disk is touched: it is never a path (row A3).
 *
 * @throws {UsageError} `invalid_options` with every problem found; from `load`, for an issuer that is none.
 * @throws {UnavailableError} from `load`: `private_key_unavailable` when the folder of the issuer is missing or
 * cannot be read (the `cause` has the `code` of the system), and when no file in it holds a usable key.
 */
export function createPrivateKeyDirectory(options: PrivateKeyDirectoryOptions): PrivateKeySource {
  const { root, logger, clock = systemClock } = checkOptions('createPrivateKeyDirectory', options, rules);
  const looks = new Map<string, Look>();

  return Object.freeze({
    load(issuer: string, algorithm: AlgorithmName): Key<'private'> {
      const problem = findIssuerProblem(issuer);
      if (problem !== undefined) throw new UsageError('invalid_options', 'load', [`issuer ${problem}`]);
      const name = `${algorithm} ${issuer}`;
      const last = looks.get(name);
      if (last !== undefined && isStillTrue(last)) return last.key;
      const look = lookAgain({ root, issuer, algorithm, logger, nowMs: clock() * 1000 }, last);
      looks.delete(name);
      looks.set(name, look);
      if (looks.size > MAX_REMEMBERED_LOOKS) looks.delete(looks.keys().next().value ?? '');
      return look.key;
    },
  });
}

interface Request {
  readonly root: string;
  readonly issuer: string;
  readonly algorithm: AlgorithmName;
  readonly logger: Logger | undefined;
  readonly nowMs: number;
}

function lookAgain({ root, issuer, algorithm, logger, nowMs }: Request, last: Look | undefined): Look {
  const { realRoot, folder, names } = listFolder(root, issuer);
  const files: KeyFile[] = [];
  for (const name of names) {
    const path = join(folder.path, name);
    const before = last?.files.find(({ stamp }) => stamp.path === path);
    const keyId = `${issuer}/${name}`;
    const file = readPrivateKeyFile({ path, realRoot, keyId, algorithm }, before);
    files.push(file);
    if (file.problem !== undefined && (file.problem !== before?.problem || file.content !== before.content)) {
      logger?.warn('private_key.passed_over', { keyId, problem: file.problem });
    }
    if (file.key === undefined) continue;
    const settledBefore = nowMs - SETTLED_AFTER_MS;
    const isSettled = [folder, ...files.map(({ stamp }) => stamp)].every(
      ({ changedAtMs }) => changedAtMs < settledBefore,
    );
    return { folder, files, key: file.key, isSettled };
  }
  throw unavailable(`the issuer has no valid keys: of ${names.length} files none is usable`);
}

/** The names that make key ids, last first. The issuer is one plain segment already. */
function listFolder(root: string, issuer: string) {
  try {
    const path = join(root, issuer);
    const realRoot = realpathSync(root);
    if (!isInside(realRoot, realpathSync(path))) throw new Error('a link leads out of the root');
    const folder = stampOf(path);
    const names = readdirSync(path)
      .filter((name) => name.endsWith('.pem') && parseKeyId(`${issuer}/${name}`).ok)
      .sort()
      .reverse();
    return { realRoot, folder, names };
  } catch (cause) {
    throw unavailable('the folder of the issuer cannot be read', cause);
  }
}

function isStillTrue({ isSettled, folder, files }: Look): boolean {
  const isUnchanged = ({ path, text }: Stamp) => stampOf(path).text === text;
  return isSettled && isUnchanged(folder) && files.every(({ stamp }) => isUnchanged(stamp));
}

function unavailable(message: string, cause?: unknown): UnavailableError {
  return new UnavailableError('private_key_unavailable', message, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
}

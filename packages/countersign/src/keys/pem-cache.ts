/**
 * The keys of one PEM repository, as all its users in this process see them: each key is fetched once while its
 * answer says that it holds (ASAP-16), keys that are not there are remembered for a while, and a repository that fails
 * is left alone (K1 to K3, A12). What is known is never pushed out by what somebody invents.
 */
import { createAttempts, createPartialAttempts, retryAfterSeconds } from './attempts.js';
import { createBoundedMap } from './bounded-map.js';
import { KeyRetrievalError } from './key-retrieval-error.js';
import type { PemFetchSettings, PublishedPem } from './pem-fetch.js';
import { fetchPem } from './pem-fetch.js';
import type { Loaded, RemoteValue } from './remote-value.js';
import { createRemoteValue } from './remote-value.js';
import type { Lane } from './stranger-lanes.js';
import { createStrangerLanes } from './stranger-lanes.js';

export interface PemCacheSettings extends PemFetchSettings {
  readonly staleIfErrorSeconds: number;
}

export interface PemCache {
  /** The key where nothing has to be fetched. */
  peek(keyId: string): PublishedPem | undefined;
  /** Never rejects. @param segments of a key id that passed `parseKeyId` */
  lookUp(segments: readonly string[]): Promise<PublishedPem | KeyRetrievalError>;
  /** Keys of this issuer are asked for on their own from now on, as those of issuers that were found (K2). */
  expect(issuer: string): void;
  /** Whole seconds, at least 1, after which the repository may be asked for a key of that issuer. */
  retryAfterSeconds(issuer: string): number;
}

/** The source answered that it has no such key. */
interface Absence {
  readonly failure: KeyRetrievalError;
  readonly learntAt: number;
  readonly seconds: number;
}

type Answer = PublishedPem | KeyRetrievalError;

const MAX_KNOWN_KEYS = 1000;
const MAX_ABSENCES = 10_000;
/** A caller that goes on with a key id that is not there must not stop others from being asked for. */
const MAX_ABSENCE_SECONDS = 60;

export function createPemCache(settings: PemCacheSettings): PemCache {
  const { clock, cooldownSeconds } = settings;
  const repository = createAttempts(clock, cooldownSeconds);
  const partial = (concernsWhole: (failure: KeyRetrievalError) => boolean) =>
    createPartialAttempts(createAttempts(clock, cooldownSeconds), repository, concernsWhole);
  // A status says something about a key id that may have been invented for it: known keys go on being renewed.
  const lanes = createStrangerLanes(() => partial(isWithoutAnswer));
  const known = createBoundedMap<string, RemoteValue<PublishedPem>>(MAX_KNOWN_KEYS);
  const absences = createAbsences(settings);
  const underWay = new Map<string, Promise<Answer>>();

  function remember(segments: readonly string[], initial: Loaded<PublishedPem>): void {
    const keyId = segments.join('/');
    const entry: RemoteValue<PublishedPem> = createRemoteValue({
      ...settings,
      attempts: partial((failure) => isWithoutAnswer(failure) || (failure.status ?? 0) >= 500),
      restSeconds: 0,
      initial,
      async load() {
        const loaded = await fetchPem(settings, segments, entry.usable());
        if (!loaded.ok && loaded.failure.problem === 'absent') {
          known.delete(keyId);
          absences.note(keyId, loaded.failure);
        }
        return loaded;
      },
    });
    known.set(keyId, entry);
    absences.forget(keyId);
  }

  async function askStranger(segments: readonly string[], { attempts }: Lane): Promise<Answer> {
    if (attempts.secondsToWait() > 0) return attempts.failure() ?? heldBack(settings);
    const loaded = await fetchPem(settings, segments, undefined);
    if (loaded.ok) {
      attempts.succeeded(0);
      lanes.openLane(issuerOf(segments));
      remember(segments, loaded);
      return loaded.value;
    }
    if (loaded.failure.problem === 'absent') {
      attempts.succeeded(cooldownSeconds);
      absences.note(segments.join('/'), loaded.failure);
    } else attempts.failed(loaded.failure);
    return loaded.failure;
  }

  function lookUpStranger(segments: readonly string[]): Promise<Answer> {
    const keyId = segments.join('/');
    const joined = underWay.get(keyId);
    if (joined !== undefined) return joined;
    const lane = lanes.laneOf(issuerOf(segments));
    const answer = lane.enter(() => askStranger(segments, lane)).finally(() => underWay.delete(keyId));
    underWay.set(keyId, answer);
    return answer;
  }

  return Object.freeze({
    peek: (keyId: string) => known.get(keyId)?.atHand(),
    async lookUp(segments: readonly string[]): Promise<Answer> {
      const keyId = segments.join('/');
      const entry = known.get(keyId);
      if (entry !== undefined) return lookUpKnown(entry, settings);
      return absences.current(keyId) ?? lookUpStranger(segments);
    },
    expect: (issuer: string) => lanes.openLane(issuer),
    retryAfterSeconds: (issuer: string) => retryAfterSeconds(lanes.laneOf(issuer).attempts),
  });
}

async function lookUpKnown(entry: RemoteValue<PublishedPem>, settings: PemCacheSettings): Promise<Answer> {
  const held = entry.atHand();
  if (held !== undefined) return held;
  const kept = entry.keptWhileFailing();
  const loading = entry.loadIfDue();
  if (kept !== undefined) return kept;
  const failure = await loading;
  return entry.usable() ?? failure ?? heldBack(settings);
}

function createAbsences({ clock, cooldownSeconds }: PemCacheSettings) {
  const absences = createBoundedMap<string, Absence>(MAX_ABSENCES);
  const maxSeconds = Math.max(cooldownSeconds, MAX_ABSENCE_SECONDS);
  return {
    current(keyId: string): KeyRetrievalError | undefined {
      const absence = absences.get(keyId);
      const now = clock();
      if (absence === undefined || now < absence.learntAt) return undefined;
      return now < absence.learntAt + absence.seconds ? absence.failure : undefined;
    },
    /** Twice as long as the last time. */
    note(keyId: string, failure: KeyRetrievalError): void {
      const seconds = Math.min((absences.get(keyId)?.seconds ?? cooldownSeconds / 2) * 2, maxSeconds);
      absences.set(keyId, { failure, learntAt: clock(), seconds });
    },
    forget: (keyId: string) => absences.delete(keyId),
  };
}

function isWithoutAnswer({ problem }: KeyRetrievalError): boolean {
  return problem === 'no_answer';
}

function heldBack({ name }: PemCacheSettings): KeyRetrievalError {
  const message = `${name} is asked for no unknown key now: it did not have the last one`;
  return new KeyRetrievalError('held_back', message);
}

function issuerOf(segments: readonly string[]): string {
  return segments[0] ?? '';
}

/**
 * What spares a gate from asking a source of this module again about a token that it remembers. Not part of the contract
 * of sources, and known by the identity of the very source: whoever wraps one to say more than it does is asked each time.
 */
import type { RevocationSource } from './revocation-source.js';

/**
 * Another number, from 1 on, ahead of every change after which `check` could say anything but `good` of a token of which
 * it said `good` before; undefined while that cannot be promised, as when the answer depends on how old a copy is.
 */
export type Edition = () => number | undefined;

const editions = new WeakMap<RevocationSource, Edition>();
const NO_EDITION: Edition = () => undefined;

export function withEdition<Source extends RevocationSource>(source: Source, edition: Edition): Source {
  editions.set(source, edition);
  return source;
}

/** Never throws. One that is always undefined, for sources without. */
export function editionOf(source: RevocationSource): Edition {
  const edition = editions.get(source) ?? NO_EDITION;
  return () => {
    try {
      return edition();
    } catch {
      return undefined;
    }
  };
}

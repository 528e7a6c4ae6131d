/**
 * Published examples, one file for each RFC: the JSON beside this file, each with its outcome. The expected outcome is
 * that of this library, which refuses on purpose some of what the RFCs allow.
 */
import { readFileSync } from 'node:fs';
import type { AlgorithmName, Jwk } from 'countersign';
import type { Judgement } from '../support/judgement.js';

export interface VectorKey {
  readonly algorithm: AlgorithmName;
  /** With its private members. */
  readonly jwk: Jwk;
}

export interface JwsVector {
  readonly name: string;
  readonly keys: readonly VectorKey[];
  /** Compact, or the object of a JSON serialisation. */
  readonly token: string | object;
  /** The content as text; absent where the token is refused. */
  readonly payload?: string;
  /** The algorithm is deterministic, and the header is as this library writes it. */
  readonly reproducible?: true;
  readonly outcome: Judgement;
}

export interface ThumbprintVector {
  readonly name: string;
  readonly jwk: Jwk;
  readonly thumbprint: string;
}

export interface Base64urlVector {
  readonly name: string;
  readonly bytes: readonly number[];
  readonly text: string;
}

export function readJwsVectors(): readonly JwsVector[] {
  return ['rfc7515', 'rfc7520', 'rfc7797', 'rfc8037'].flatMap((rfc) => readJson<JwsVector[]>(rfc));
}

export function readThumbprintVectors(): readonly ThumbprintVector[] {
  return readJson('thumbprints');
}

export function readBase64urlVectors(): readonly Base64urlVector[] {
  return readJson('base64url');
}

function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8')) as Content;
}

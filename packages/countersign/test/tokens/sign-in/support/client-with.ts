import { createBrowserSignInClient } from 'countersign/sign-in/browser';
import type { Answer } from './scripted-fetch.js';
import { createScriptedFetch } from './scripted-fetch.js';

export const APP_ID = 'b19a21b4-ad9d-4fd7-88c1-1b68b825c671';
export const APP_URL = `https://sign-in.example/${APP_ID}`;
export const ID_TOKEN = 'eyJhbGciOiJFUzUxMiJ9.eyJlbWFpbCI6ImFAZXhhbXBsZS5jb20ifQ.c2lnbmF0dXJl';
export const REFRESH_TOKEN = 'a+b/c==?&#d é';

/** The calls are those of both clients; the one for browsers needs no keys. */
export function clientWith(...answers: Answer[]) {
  const { fetch, sent } = createScriptedFetch(...answers);
  const client = createBrowserSignInClient({ appId: APP_ID, baseUrl: 'https://sign-in.example/', fetch });
  return { client, sent };
}

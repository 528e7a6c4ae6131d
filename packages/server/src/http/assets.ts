/**
 * The few static files of the pages: read once, addressed by a hash of their content, so that browsers may keep
 * them for good and still see every change at once.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HttpRequest, HttpResponse } from './exchange.js';
import type { Html } from './html.js';
import { ownPath } from './own-path.js';

const CONTENT_TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'countersign.svg': 'image/svg+xml',
  'form-post.js': 'text/javascript; charset=utf-8',
} as const;

export type AssetName = keyof typeof CONTENT_TYPES;

interface Asset {
  readonly content: Uint8Array;
  readonly hash: string;
}

function loadAsset(name: AssetName): Asset {
  const content = readFileSync(new URL(`../../assets/${name}`, import.meta.url));
  return { content, hash: createHash('sha256').update(content).digest('base64url').slice(0, 16) };
}

const ASSETS: Readonly<Record<AssetName, Asset>> = {
  'style.css': loadAsset('style.css'),
  'countersign.svg': loadAsset('countersign.svg'),
  'form-post.js': loadAsset('form-post.js'),
};

export function assetUrl(name: AssetName): Html {
  return ownPath(`/assets/${name}?v=${ASSETS[name].hash}`);
}

function isAssetName(name: string | undefined): name is AssetName {
  return name !== undefined && Object.hasOwn(ASSETS, name);
}

/** Answers for one asset, or undefined if there is none of this name. */
export function assetResponse(request: HttpRequest, name: string | undefined): HttpResponse | undefined {
  if (!isAssetName(name)) return undefined;
  const { content, hash } = ASSETS[name];
  const etag = `"${hash}"`;
  const headers = {
    etag,
    'content-type': CONTENT_TYPES[name],
    'cache-control':
      request.query.get('v') === hash ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    'x-content-type-options': 'nosniff',
    // An SVG opened on its own is a document: it may style itself and do nothing else.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  };
  if (request.header('if-none-match') === etag) return { status: 304, headers, body: null };
  return { status: 200, headers, body: content };
}

import { assetUrl } from './assets.js';
import { type Html, html } from './html.js';

/** The frame of every HTML document: language, viewport, the one stylesheet, the icon. Nothing from outside. */
export function htmlDocument(document: { title: string; body: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${document.title}</title>
<link rel="stylesheet" href="${assetUrl('style.css')}">
<link rel="icon" type="image/svg+xml" href="${assetUrl('countersign.svg')}">
</head>
${document.body}
</html>
`.toString();
}

import type { TraceData } from './data.ts';
import { STYLE } from './style.ts';
import { view } from './viewer.ts';

/**
 * Writes a trace as one HTML page that needs nothing else: no network, no other file.
 *
 * Texts of the machine can't become markup: they are data, which the page's script puts in as text. A policy
 * in the page forbids everything but its own style and script.
 */
export function tracePage(data: TraceData): string {
  const title = escaped(data.names.join(' › '));
  return `${SIGNATURE}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title><style>${STYLE}</style></head>
<body><header><h1 id="title"></h1><div class="sub" id="sub"></div><div class="errors" id="errors"></div></header>
<div class="bar"><span id="groups"></span><input id="search" type="search" placeholder="Search ( / )" aria-label="Search">
<span class="sub" id="count"></span><button id="theme" title="Light or dark">◐</button></div>
<div class="time" id="time"></div>
<main><div class="list" id="list" role="listbox" aria-label="Messages"><div class="none" id="none" hidden>No message is shown.</div></div>
<aside><div id="detail"></div><div id="facts"></div><div class="sub">Keys: ↓ ↑ or j k to walk, e to the first error, / to search.</div></aside></main>
<script>const DATA = ${inScript(data)};
(${view.toString()})(DATA);</script></body></html>
`;
}

/** First bytes of every page, which tell ours from foreign files. */
export const SIGNATURE = '<!doctype html><!-- qmp-vitest: trace of a test -->';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** JSON that can stand in a script: nothing in it ends the script, and it means the same as JavaScript. */
const inScript = (data: TraceData): string =>
  JSON.stringify(data)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);

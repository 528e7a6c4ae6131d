/** PEM, read strictly (RFC 7468 section 3): one block, one label, nothing around it. */

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const LINE = /^[A-Za-z0-9+/]+={0,2}$/;
const EDGE = /^-----(BEGIN|END) ([A-Z0-9 ]{1,32})-----$/;

/**
 * The one block of a PEM text, or a sentence that says why there is none. Line ends may be LF or CRLF, white space
 * may surround the block; explanatory text, header lines (encrypted keys) and further blocks are refused.
 */
export function parsePem(text: string): PemBlock | string {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trimEnd());
  const first = EDGE.exec(lines[0] ?? '');
  const last = EDGE.exec(lines.at(-1) ?? '');
  if (first?.[1] !== 'BEGIN') return 'the PEM does not begin with a line "-----BEGIN ...-----"';
  if (last?.[1] !== 'END' || last[2] !== first[2])
    return 'the PEM does not end with the line that matches its first';
  const body = lines.slice(1, -1);
  if (body.some((line) => EDGE.test(line))) return 'the PEM holds more than one block';
  if (body.some((line) => line.includes(':'))) return 'the PEM is encrypted or carries header lines';
  const base64 = body.join('');
  const der = Buffer.from(base64, 'base64');
  if (!LINE.test(base64) || der.toString('base64') !== base64) return 'the body of the PEM is not base64';
  return { label: first[2] ?? '', der };
}

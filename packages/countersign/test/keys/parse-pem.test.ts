import { describe, expect, it } from 'vitest';
import { parsePem } from '../../src/keys/parse-pem.js';
import { publicDer, publicPem } from '../support/raw-keys.js';

const pem = publicPem('p256');
const [begin = '', ...rest] = pem.trim().split('\n');
const end = rest.at(-1) ?? '';
const body = rest.slice(0, -1);

describe('a PEM text', () => {
  it.each([
    ['as written by OpenSSL', pem],
    ['without the last line end', pem.trimEnd()],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
    ['with white space around', `\n  ${pem}\n\n`],
    ['with its body in one line', [begin, body.join(''), end].join('\n')],
  ])('is read %s', (_, text) => {
    expect(parsePem(text)).toEqual({ label: 'PUBLIC KEY', der: publicDer('p256') });
  });

  it.each([
    ['empty', ''],
    ['with text before', `explanation\n${pem}`],
    ['with text after', `${pem}explanation`],
    ['with text on its first line', `junk ${pem}`],
    ['with two blocks', pem + pem],
    ['with no end', pem.slice(0, -10)],
    ['with no beginning', pem.slice(5)],
    ['with another label at its end', pem.replace('END PUBLIC', 'END PRIVATE')],
    ['with a label in lower case', pem.replaceAll('PUBLIC KEY', 'public key')],
    ['with four dashes', pem.replaceAll('-----', '----')],
    ['with no body', `${begin}\n${end}`],
    ['with an empty line in its body', [begin, ...body, '', '!', end].join('\n')],
    ['with header lines', [begin, 'Proc-Type: 4,ENCRYPTED', '', ...body, end].join('\n')],
    ['with a stray character', pem.replace('M', '*')],
    ['with base64url', pem.replace('\nM', '\n-')],
    ['with its padding cut', [begin, 'AAA', end].join('\n')],
    ['with stray bits', [begin, 'AB==', end].join('\n')],
    ['in one line', pem.replaceAll('\n', ' ')],
  ])('is refused %s', (_, text) => {
    expect(parsePem(text)).toEqual(expect.stringMatching(/^the /));
  });
});

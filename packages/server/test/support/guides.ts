import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  /** `js`, `sh`. */
  readonly language: string;
  /** What follows the language: the example that the block shows, `path` or `path#region`. */
  readonly source: string;
  readonly text: string;
}

/** The root of the repository, with a slash at the end. */
export const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

/** The code blocks of a guide, in their order. */
export function codeBlocksOf(guide: string): CodeBlock[] {
  const markdown = readFileSync(`${REPOSITORY}docs/guides/${guide}`, 'utf8');
  return [...markdown.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', source = '', text = '']) => ({ language, source, text }),
  );
}

/** An example of the documentation, or the part of it between `#region name` and `#endregion`. */
export function readExample(source: string): string {
  const [path = '', region] = source.split('#');
  const text = readFileSync(REPOSITORY + path, 'utf8');
  if (region === undefined) return text;
  const [, part] = text.match(new RegExp(`^// #region ${region}\n([\\s\\S]*?)^// #endregion$`, 'm')) ?? [];
  if (part === undefined) throw new Error(`${path} has no region ${region}`);
  return part;
}

/** The rows of the table whose first column is called `heading`, as texts without back ticks. */
export function tableOf(guide: string, heading: string): string[][] {
  const markdown = readFileSync(`${REPOSITORY}docs/guides/${guide}`, 'utf8');
  const lines = markdown.slice(markdown.search(new RegExp(`^\\| ${heading} +\\|`, 'm'))).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** The lines of the indented block of a guide that begins with `start`, the empty ones left out. */
export function indentedBlockOf(guide: string, start: string): string[] {
  const markdown = readFileSync(`${REPOSITORY}docs/guides/${guide}`, 'utf8');
  const [, ...lines] = markdown.slice(markdown.indexOf(`\n    ${start}`)).split('\n');
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('    '));
  return lines
    .slice(0, end)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

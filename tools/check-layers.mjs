// Fails when an import runs up the layers, goes round in a circle, crosses between two token families, or lets Node
// into browser code.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Bottom first. A layer may import itself and the layers before it, except those it is told to leave alone. */
const PACKAGES = [
  {
    root: 'packages/countersign/src',
    layers: ['core', 'keys', 'jws', 'jwt', 'dpop', 'tokens', 'gate', 'http', 'client', 'testing', 'index.ts'],
    apart: ['tokens'],
    never: {},
  },
  {
    root: 'packages/server/src',
    layers: [
      'domain',
      'config',
      'store',
      'services',
      'http',
      'pages',
      'routes',
      'demo',
      'join-oauth.ts',
      'app.ts',
      'library',
      'index.ts',
      'cli',
    ],
    apart: [],
    never: {
      services: ['store', 'config'],
      http: ['store', 'services', 'config'],
      pages: ['store', 'services', 'config'],
      routes: ['store', 'config'],
      demo: ['store', 'services', 'config', 'pages', 'routes'],
    },
  },
];

/** Entry points that run in browsers: nothing they reach may import from Node. */
const BROWSER_ENTRIES = ['packages/countersign/src/tokens/sign-in/browser.ts'];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s*'([^']+)'/g;

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function importsOf(file) {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3]);
}

const resolveImport = (file, specifier) => resolve(dirname(file), specifier).replace(/\.js$/, '.ts');
const problems = [];

for (const { root, layers, apart, never } of PACKAGES) {
  const rootPath = resolve(root);
  for (const file of sourceFiles(rootPath)) {
    const from = relative(rootPath, file).split(sep);
    const fromRank = layers.indexOf(from[0]);
    if (fromRank < 0) problems.push(`${relative('.', file)}: ${from[0]} is no layer of ${root}`);
    for (const specifier of importsOf(file).filter((name) => name.startsWith('.'))) {
      const to = relative(rootPath, resolveImport(file, specifier)).split(sep);
      const line = `${relative('.', file)} imports ${to.join('/')}`;
      if (to[0] === '..') problems.push(`${line}: outside of its package`);
      else if (layers.indexOf(to[0]) > fromRank)
        problems.push(`${line}: imports run down only (${layers.join(' < ')})`);
      else if (never[from[0]]?.includes(to[0])) problems.push(`${line}: ${from[0]} must not know ${to[0]}`);
      else if (apart.includes(from[0]) && from[0] === to[0] && from[1] !== to[1])
        problems.push(`${line}: a family never imports a family`);
    }
  }
}

for (const { root } of PACKAGES) {
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) {
      const circle = [...path.slice(path.indexOf(file)), file].map((one) => relative('.', one));
      problems.push(`imports in a circle: ${circle.join(' -> ')}`);
    }
    if (done.has(file)) return;
    done.add(file);
    for (const specifier of importsOf(file).filter((name) => name.startsWith('.'))) {
      visit(resolveImport(file, specifier), [...path, file]);
    }
  };
  for (const file of sourceFiles(resolve(root))) visit(file, []);
}

for (const entry of BROWSER_ENTRIES) {
  const seen = new Set();
  const visit = (file, path) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith('.')) visit(resolveImport(file, specifier), [...path, relative('.', file)]);
      else
        problems.push(
          `${[...path, relative('.', file)].join(' -> ')} imports ${specifier}: browser code imports nothing from outside`,
        );
    }
  };
  visit(resolve(entry), []);
}

if (problems.length > 0) {
  console.error(
    `import layers: ${problems.length} problem(s)\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
  process.exit(1);
}
console.log('import layers: every import runs down');

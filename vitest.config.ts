import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests run on the sources: each entry point of the library is mapped from dist/*.js back to src/*.ts. */
function sourceAliases() {
  const manifest = JSON.parse(
    readFileSync(new URL('packages/countersign/package.json', import.meta.url), 'utf8'),
  );
  return Object.entries<{ default: string }>(manifest.exports).map(([subpath, target]) => ({
    find: new RegExp(`^countersign${subpath.slice(1).replaceAll('/', '\\/')}$`),
    replacement: fileURLToPath(
      new URL(
        target.default.replace('./dist/', 'packages/countersign/src/').replace(/\.js$/, '.ts'),
        import.meta.url,
      ),
    ),
  }));
}

export default defineConfig({
  resolve: { alias: sourceAliases() },
  test: {
    include: ['packages/*/test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});

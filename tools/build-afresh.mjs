// Builds both packages from nothing, so that what is packed holds no file whose source is gone.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
for (const name of ['countersign', 'server']) {
  rmSync(new URL(`packages/${name}/dist`, root), { recursive: true, force: true });
}
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: ['ignore', 2, 2] });
process.exit(status ?? 1);

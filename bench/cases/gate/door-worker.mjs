import { DOORS } from '../../contenders/gate/index.mjs';
import { freshSlices } from '../../lib/fresh-slices.mjs';
import { serveSlices } from '../../lib/isolated-lane.mjs';
import { createGateWorkload } from '../../workload/gate-workload.mjs';
import { checkDoor } from './check-door.mjs';
import { bytesOf, freshHeader } from './headers.mjs';

await serveSlices(async ({ name, algorithm, tokens, concurrency, cached }) => {
  const workload = createGateWorkload(algorithm, tokens);
  const door = await DOORS[name](workload, { cached, atOnce: concurrency > 1 });
  await checkDoor(name, door, workload);
  const { toRequest, enter, pass, asynchronous, note } = door;
  // A request at a time, each in a turn of its own: without a microtask between them, checks would be many at once.
  const isAwaited = concurrency === 1 && !cached && algorithm !== 'HS256';
  const slicesOf = (/** @type {(request: any) => unknown} */ run) =>
    freshSlices({
      sources: workload.tokens.map(bytesOf),
      toItem: (bytes) => toRequest(freshHeader(bytes)),
      run,
      asynchronous: asynchronous || isAwaited,
      concurrency,
    });
  const guarded = slicesOf(enter);
  const open = pass && slicesOf(pass);
  return {
    facts: { note, hasOpen: open !== undefined },
    takeSlice: (sliceMs, variant) => (variant === 'open' && open ? open(sliceMs) : guarded(sliceMs)),
  };
});

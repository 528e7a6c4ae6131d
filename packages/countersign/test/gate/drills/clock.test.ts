import { describe, expect, it } from 'vitest';
import { NOW } from '../../support/tokens.js';
import { createKey, PLACES, startDrill } from './drill.js';

const one = createKey('one');
const two = createKey('two');
const HOUR = 3600;
const DAY = 86_400;
const HEADERS = { 'cache-control': 'max-age=60' };

describe.each(PLACES)('with %s', (place) => {
  it('K11: a cached token ends at its exp, not a tick later', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const token = drill.sign(one, { exp: drill.clock() + 60 });
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(59.999);
    expect(await drill.answer(token)).toBe('caller');
    expect(drill.wasCached()).toBe(true);
    drill.clock.advance(0.001);
    expect(await drill.answer(token)).toBe('token_expired');
    expect(await drill.answer(token)).toBe('token_expired');
  });

  it('K11: a cached token ends where the tolerance does', async () => {
    const drill = await startDrill(place, { toleranceSeconds: 5 });
    drill.publish([one]);
    const token = drill.sign(one, { exp: drill.clock() + 60 });
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(64.999);
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(0.001);
    expect(await drill.answer(token)).toBe('token_expired');
  });

  it('K11: a day forward between filling and hit: expired, and the keys are fetched anew', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const token = drill.sign(one);
    expect(await drill.answer(token)).toBe('caller');
    const before = drill.server.requests.length;
    drill.clock.advance(DAY);
    expect(await drill.answer(token)).toBe('token_expired');
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    expect(drill.server.requests.length).toBeGreaterThan(before);
  });

  it('K11: a day forward and back again: the token is as good as it ever was, and no longer', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const token = drill.sign(one, { exp: drill.clock() + 60 });
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(DAY);
    expect(await drill.answer(token)).toBe('token_expired');
    drill.clock.advance(-DAY);
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(60);
    expect(await drill.answer(token)).toBe('token_expired');
  });

  it('K11: an hour back: a token of the future is refused, though it was let in before', async () => {
    const drill = await startDrill(place);
    drill.publish([one]);
    const token = drill.sign(one, { exp: drill.clock() + 60 });
    expect(await drill.answer(token)).toBe('caller');
    drill.clock.advance(-HOUR);
    expect(await drill.answer(token)).toBe('token_not_yet_valid');
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    drill.clock.advance(HOUR + 60);
    expect(await drill.answer(token)).toBe('token_expired');
  });

  it('K11: an hour back makes no key live longer', async () => {
    const drill = await startDrill(place);
    drill.publish([one], HEADERS);
    expect(await drill.answer(drill.sign(one))).toBe('caller');
    drill.publish([two], HEADERS);
    drill.clock.advance(-HOUR);
    const tokenOfThen = drill.sign(one);
    for (let second = 0; second < 61; second++) {
      await drill.answer(tokenOfThen);
      drill.clock.advance(1);
    }
    expect(await drill.answer(tokenOfThen)).toBe('key_not_found');
  });

  it('K11: an hour back stretches no wait: an issuer that is back is asked again', async () => {
    const drill = await startDrill(place);
    drill.server.breakDown((response) => response.destroy());
    expect(await drill.answer(drill.sign(one))).toBe('key_source_unavailable');
    drill.clock.advance(-HOUR);
    drill.publish([one]);
    drill.server.recover();
    expect(await drill.answer(drill.sign(one))).toBe('caller');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'K11: a clock that shows %d lets nobody in, known or not',
    async (broken) => {
      let now = NOW;
      const drill = await startDrill(place, { clock: () => now });
      drill.publish([one]);
      const token = drill.sign(one);
      expect(await drill.answer(token)).toBe('caller');
      now = broken;
      expect(await drill.answer(token)).not.toBe('caller');
      expect(await drill.answer(drill.sign(one, { jti: 'other' }))).not.toBe('caller');
    },
  );
});

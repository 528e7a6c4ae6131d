import type { GateOrGuard } from '../../gate/gate.js';
import type { RouteRules } from '../../gate/rules/route-rules.js';
import type { FastifyHook } from './create-fastify-hook.js';
import { createFastifyHook } from './create-fastify-hook.js';

export interface CountersignFastifyOptions {
  /** A gate that takes any caller unless `rules` say more; or a guard. */
  readonly gate: GateOrGuard;
  readonly rules?: RouteRules | undefined;
}

/** What is needed of a Fastify instance. */
export interface FastifyInstanceLike {
  hasRequestDecorator(name: string): boolean;
  decorateRequest(name: 'caller', value: null): unknown;
  addHook(name: 'onRequest', hook: FastifyHook): unknown;
}

export type CountersignFastifyPlugin = (
  instance: FastifyInstanceLike,
  options: CountersignFastifyOptions,
  done: (error?: Error) => void,
) => void;

/**
 * A Fastify plugin that guards every route of the context in which it is registered, those of its child contexts
 * included, and what no route is found for.
 *
 *     await app.register(countersignFastify, { gate, rules: { kinds: ['person', 'service'] } });
 *
 * Routes may ask for more with a {@link createFastifyHook} of the same gate, which verifies a token once.
 *
 * Registration rejects with UsageError `invalid_options` with every problem found.
 */
export const countersignFastify: CountersignFastifyPlugin = Object.assign(guardContext, {
  // As fastify-plugin does: the hook is for the context around, not for one of the plugin's own.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'countersign',
  [Symbol.for('plugin-meta')]: { name: 'countersign', fastify: '5.x' },
});

function guardContext(
  instance: FastifyInstanceLike,
  { gate, rules }: CountersignFastifyOptions,
  done: (error?: Error) => void,
): void {
  try {
    const hook = createFastifyHook(gate, rules);
    // Requests of one shape from the start, which is what decorators are for.
    if (!instance.hasRequestDecorator('caller')) instance.decorateRequest('caller', null);
    instance.addHook('onRequest', hook);
    done();
  } catch (error) {
    done(error as Error);
  }
}

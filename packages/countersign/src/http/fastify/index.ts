/** countersign/fastify: the gate as a hook and as a plugin of Fastify, which is known by its shape only. */
export { callerOf } from '../shared/caller-of.js';
export type { FastifyReplyLike, FastifyRequestLike } from './admit-to-fastify.js';
export type {
  CountersignFastifyOptions,
  CountersignFastifyPlugin,
  FastifyInstanceLike,
} from './countersign-fastify.js';
export { countersignFastify } from './countersign-fastify.js';
export type { FastifyHook } from './create-fastify-hook.js';
export { createFastifyHook } from './create-fastify-hook.js';

/** countersign/nest: the gate as a guard of NestJS, which is known by its shape only. */
export { callerOf } from '../shared/caller-of.js';
export type { NestContextLike, NestGuard } from './create-nest-guard.js';
export { createNestGuard } from './create-nest-guard.js';

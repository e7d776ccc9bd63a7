/**
 * A Kubernetes API server, an OCI registry and stand-ins for Flux's controllers, all in this process: for tests that need no binaries.
 */
export type { DenyRule } from './access-rules.ts';
export type { ApiRequest } from './api-request.ts';
export type { EmbeddedClock } from './clock.ts';
export { type ClusterOptions, type EmbeddedCluster, startCluster } from './cluster.ts';
export type { Fault, FaultPlan, PlannedFault } from './fault-plan.ts';
export { type EmbeddedFlux, type FluxOptions, type FluxStats, startFlux } from './flux.ts';
export type { FluxStage, Latency } from './flux-context.ts';
export type { BuilderName } from './kustomize-build.ts';
export { type LoadOptions, type LoadResult, loadRepository } from './load.ts';
export type { ClusterObjects, ObjectKey } from './object-access.ts';
export type { StoreEvent } from './object-store.ts';
export { type EmbeddedRegistry, type RegistryOptions, type RegistryRequest, startRegistry } from './registry.ts';
export type { RequestCounter } from './request-counter.ts';
export { StatusError } from './status-error.ts';

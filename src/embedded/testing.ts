/**
 * A Kubernetes API server, an OCI registry and stand-ins for the controllers of Flux and of Argo CD, all in this process: for tests that need no binaries.
 */
export type { AccessRule, DenyRule } from './api/access-rules.ts';
export type { ApiRequest } from './api/api-request.ts';
export type { AuthorizationMode } from './api/authorizer.ts';
export { StatusError } from './api/status-error.ts';
export type { AnonymousAccess, ClusterUser } from './api/users.ts';
export type { ArgoCdOptions, ArgoCdStats, EmbeddedArgoCd } from './argo/argo-cd.ts';
export type { ArgoStage, TrackingMethod } from './argo/argo-context.ts';
export {
  applicationRewriting,
  type LoadApplicationsOptions,
  type LoadedApplications,
  loadApplications,
} from './argo/load-applications.ts';
export { measuredLatency } from './argo/measured-latency.ts';
export type { GitFiles } from './argo/repo-server.ts';
export type { EmbeddedClock } from './clock.ts';
export { type ClusterOptions, type EmbeddedCluster, startCluster } from './cluster.ts';
export type { Fault, FaultPlan, PlannedFault } from './fault-plan.ts';
export type { EmbeddedFlux, FluxOptions, FluxStats } from './flux/flux.ts';
export type { FluxStage } from './flux/flux-context.ts';
export type { BuilderName } from './flux/kustomize-build.ts';
export { startArgoCd } from './lazy-argo.ts';
export { startFlux } from './lazy-flux.ts';
export { type LoadOptions, type LoadResult, loadRepository } from './load.ts';
export type { LogKey, LogLine, PodLogs } from './pod-logs.ts';
export {
  type EmbeddedRegistry,
  type RegistryOptions,
  type RegistryRequest,
  startRegistry,
} from './registry/registry.ts';
export type { RequestCounter } from './request-counter.ts';
export type { Latency } from './staged.ts';
export type { ClusterObjects, ObjectKey } from './store/cluster-objects.ts';
export type { StoreEvent } from './store/store-event.ts';

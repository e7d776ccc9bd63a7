import { pathGlob } from '../../domain/argo/path-glob.ts';
import { permitsSource } from '../../domain/argo/permitted-source.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import { destinationNamespace, projectName, sourcesOf } from './application-spec.ts';
import { type ArgoContext, readArgo } from './argo-context.ts';

const IN_CLUSTER = 'https://kubernetes.default.svc';

/** A condition of an Application, in Argo CD's words. */
export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
}

/** What of the Application is not valid, or not permitted by its project. */
export function specConditions(context: ArgoContext, application: KubeObject): readonly ApplicationCondition[] {
  const name = projectName(application);
  const project = readArgo(context, 'AppProject', context.namespace, name);
  const { namespace = '' } = application.metadata;
  const isAllowedThere =
    namespace === context.namespace ||
    strings(project?.spec?.sourceNamespaces).some((glob) => pathGlob(glob)(namespace));
  if (project === undefined) return [invalid(`Application referencing project ${name} which does not exist`)];
  if (!isAllowedThere) {
    const message = `application '${application.metadata.name}' in namespace '${namespace}' is not permitted to use project '${name}'`;
    return [{ type: 'UnknownError', message }];
  }
  return [...sourceConditions(application, project), ...destinationConditions(application, project)];
}

function sourceConditions(application: KubeObject, project: KubeObject): ApplicationCondition[] {
  const { sources } = sourcesOf(application);
  if (sources.length === 0)
    return [invalid('spec.source.repoURL and either source.path, source.chart, or source.ref are required')];
  return sources.flatMap((source) => {
    const url = asString(source.repoURL) ?? '';
    if (url === '')
      return [invalid('spec.source.repoURL and either source.path, source.chart, or source.ref are required')];
    if (!asString(source.path) && !asString(source.chart) && !asString(source.ref)) {
      return [
        invalid(
          `spec.source.repoURL and either source.path, source.chart, or source.ref are required for source ${url}`,
        ),
      ];
    }
    return permitsSource(project, url)
      ? []
      : [invalid(`application repo ${url} is not permitted in project '${project.metadata.name}'`)];
  });
}

function destinationConditions(application: KubeObject, project: KubeObject): ApplicationCondition[] {
  const { server, name } = asObject(application.spec?.destination);
  const namespace = destinationNamespace(application);
  if (server !== undefined && name !== undefined && server !== '' && name !== '') {
    return [
      invalid(`application destination can't have both name and server defined: ${String(name)} ${String(server)}`),
    ];
  }
  if ((name !== undefined && name !== 'in-cluster') || (server !== undefined && server !== IN_CLUSTER)) {
    const which = name === undefined ? `"${String(server)}"` : `"${String(name)}"`;
    return [invalid(`cluster ${which} is not configured: this stand-in knows its own cluster alone`)];
  }
  if (server === undefined && name === undefined) return [invalid('Destination server missing from app spec')];
  const isPermitted = asArray(project.spec?.destinations)
    .map(asObject)
    .some(
      (allowed) =>
        pathGlob(asString(allowed.namespace) ?? '')(namespace) &&
        (pathGlob(asString(allowed.server) ?? '')(IN_CLUSTER) || pathGlob(asString(allowed.name) ?? '')('in-cluster')),
    );
  if (isPermitted) return [];
  const where = `server '${IN_CLUSTER}' and namespace '${namespace}'`;
  return [
    invalid(
      `application destination ${where} do not match any of the allowed destinations in project '${project.metadata.name}'`,
    ),
  ];
}

function strings(value: unknown): readonly string[] {
  return asArray(value).filter((each) => typeof each === 'string');
}

function invalid(message: string): ApplicationCondition {
  return { type: 'InvalidSpecError', message };
}

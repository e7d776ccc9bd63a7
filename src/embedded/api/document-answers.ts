import { createHash } from 'node:crypto';
import type { ObjectStore } from '../store/object-store.ts';
import type { ResourceRegistry } from '../store/resource-registry.ts';
import type { Answer } from './answer.ts';
import type { ApiPath, ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { aggregatedDocument, coreVersions, groupDocument, groupsDocument, resourcesDocument } from './discovery.ts';
import { openapiDocument } from './openapi.ts';
import { pageNotFound } from './page-not-found.ts';
import { SERVER_VERSION } from './server-version.ts';
import { pathNotFound } from './status-error.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export type DocumentPath = Exclude<ApiPath, ResourcePath | { readonly kind: 'review' | 'binding' }>;

/** Answers what is about the server itself: its health, its version, what it serves. */
export async function answerDocument(answer: Answer, path: DocumentPath, { resources }: ObjectStore): Promise<void> {
  switch (path.kind) {
    case 'root':
      return await answer.document(200, { paths: pathsOf(resources) });
    case 'health':
      return answer.text(200, 'ok');
    case 'version':
      return answer.json(200, JSON.stringify(SERVER_VERSION, null, 2));
    case 'core-versions':
      if (wantsAggregated(answer)) return sendAggregated(answer, aggregatedDocument(true, resources));
      return answer.document(200, coreVersions(answer.request.headers.host ?? ''));
    case 'groups':
      if (wantsAggregated(answer)) return sendAggregated(answer, aggregatedDocument(false, resources));
      return answer.document(200, groupsDocument(resources));
    case 'group':
      return sendFound(answer, groupDocument(path.group, resources), path.group);
    case 'resources':
      return sendFound(answer, resourcesDocument(path.group, path.version, resources), path.group);
    case 'openapi':
      if (path.rest === 'v2') return sendEmptySwagger(answer);
      return sendFound(answer, openapiDocument(path.rest, resources), '');
  }
}

function pathsOf(resources: ResourceRegistry): readonly string[] {
  const served = resources
    .all()
    .flatMap(({ group, versions }) =>
      group === '' ? [] : [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)],
    );
  const others = ['/api', '/api/v1', '/apis', '/apis/', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'];
  return [...new Set([...served, ...others])].sort();
}

async function sendFound(answer: Answer, document: unknown, group: string): Promise<void> {
  if (document === undefined) throw isBuiltInGroup(group) ? pathNotFound() : pageNotFound();
  await answer.document(200, document);
}

/** Its only field says that it is Swagger 2.0. kubectl asks for it where version 3 does not know a kind, and then finds by itself that nobody does. */
function sendEmptySwagger(answer: Answer): void {
  const contentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  answer.response.writeHead(200, answer.headers(contentType)).end(Buffer.from([0x0a, 3, ...Buffer.from('2.0')]));
}

/** The first form of the Accept header that can be had decides. */
function wantsAggregated({ request }: Answer): boolean {
  const forms = (request.headers.accept ?? '').split(',').map((form) => form.replace(/\s/g, ''));
  const plain = forms.indexOf('application/json');
  const aggregated = forms.findIndex(isAggregated);
  return aggregated >= 0 && (plain < 0 || aggregated < plain);
}

function isAggregated(form: string): boolean {
  const parts = form.split(';');
  return ['application/json', 'g=apidiscovery.k8s.io', 'v=v2', 'as=APIGroupDiscoveryList'].every((part) =>
    parts.includes(part),
  );
}

/** With an ETag: kubectl keeps the document on disk. */
function sendAggregated({ request, response }: Answer, document: unknown): void {
  const body = Buffer.from(JSON.stringify(document));
  const tag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
  const isKnown = request.headers['if-none-match'] === tag;
  const headers = { 'Cache-Control': 'public', ETag: tag, Vary: 'Accept' };
  if (isKnown) response.writeHead(304, headers).end();
  else response.writeHead(200, { ...headers, 'Content-Type': AGGREGATED, 'Content-Length': body.length }).end(body);
}

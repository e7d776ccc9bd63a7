import { isBuiltInGroup } from './built-in-groups.ts';
import { StatusError } from './status-error.ts';

/** The shape in which a client wants its objects. Empty: as they are. */
export type Shape = '' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

/** How an answer is written. */
export interface Encoding {
  readonly format: 'json' | 'yaml';
  readonly shape: Shape;
  readonly pretty: boolean;
}

export const PLAIN: Encoding = { format: 'json', shape: '', pretty: false };
const PRETTY: Encoding = { ...PLAIN, pretty: true };

const STREAMS = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
const MEDIA_TYPES = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** What the Accept header leads to, kept: a client sends the same few over and over. */
const known = new Map<string, Encoding | undefined>();
const KNOWN_MAX = 500;

/** 406 when nothing that the client accepts can be made. */
export function encodingOf(
  accept: string | undefined,
  query: URLSearchParams,
  userAgent: string | undefined,
  group: string,
  isCollection = false,
): Encoding {
  const encoding = accept === undefined ? PLAIN : negotiated(accept);
  if (encoding === undefined) throw notAcceptable(accept ?? '', group, isCollection);
  const pretty = query.get('pretty');
  const isPretty = pretty === null ? isByHand(userAgent) : pretty !== '0' && pretty !== 'false';
  return isPretty ? { ...encoding, pretty: true } : encoding;
}

/** Documents of the server itself come as JSON or YAML; its health and its OpenAPI as they are, whatever is asked for. */
export function documentEncoding(kind: string, accept: string | undefined): Encoding {
  if (kind === 'health' || kind === 'openapi') return PLAIN;
  const encoding = accept === undefined ? PLAIN : negotiated(accept);
  // Aggregated discovery is a form of its own.
  if (encoding !== undefined || accept?.includes('apidiscovery.k8s.io') === true)
    return { ...PLAIN, ...encoding, pretty: kind === 'root' };
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${MEDIA_TYPES}`);
}

/** The encoding of a refusal: what can be had, for there is nobody left to refuse it to. */
export function refusalEncoding(accept: string | undefined): Encoding {
  const encoding = accept === undefined ? PLAIN : negotiated(accept);
  return encoding === undefined ? PRETTY : { ...encoding, shape: '' };
}

/** The real server indents for people: those who ask with such a program. */
function isByHand(userAgent: string | undefined): boolean {
  return userAgent !== undefined && /^(?:curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}

function negotiated(accept: string): Encoding | undefined {
  if (known.has(accept)) return known.get(accept);
  const encoding = accept
    .split(',')
    .map(parseClause)
    .sort((a, b) => b.quality - a.quality)
    .map(encodingOfClause)
    .find((each) => each !== undefined);
  if (known.size < KNOWN_MAX) known.set(accept, encoding);
  return encoding;
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function parseClause(clause: string): Clause {
  const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=');
      return [name.trim(), value.trim()];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { type, parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

function encodingOfClause({ type, parameters }: Clause): Encoding | undefined {
  const isJson = type === 'application/json' || type === '*/*';
  if (!isJson && type !== 'application/yaml') return undefined;
  const shape = shapeOf(parameters);
  const pretty = parameters.get('pretty') === '1' || parameters.get('pretty') === 'true';
  return shape === undefined ? undefined : { format: isJson ? 'json' : 'yaml', shape, pretty };
}

function shapeOf(parameters: ReadonlyMap<string, string>): Shape | undefined {
  const shape = parameters.get('as');
  if (shape === undefined || shape === '') return '';
  if (parameters.get('g') !== 'meta.k8s.io' || parameters.get('v') !== 'v1') return undefined;
  return shape === 'Table' || shape === 'PartialObjectMetadata' || shape === 'PartialObjectMetadataList'
    ? shape
    : undefined;
}

/** Two layers of the real server refuse, in their own words: the router types it has never heard of, the handler the rest. */
function notAcceptable(accept: string, group: string, isCollection: boolean): StatusError {
  const isKnownType = /application\/(?:json|yaml|vnd\.kubernetes\.protobuf)|\*\/\*/.test(accept);
  if (isKnownType || !isBuiltInGroup(group)) {
    return new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${MEDIA_TYPES}`);
  }
  const offered = isCollection ? `${MEDIA_TYPES}, ${STREAMS}` : MEDIA_TYPES;
  return new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${offered}`, {});
}

/** A watch is a stream of JSON. */
export function requireStream(encoding: Encoding): void {
  if (encoding.format === 'json') return;
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${STREAMS}`);
}

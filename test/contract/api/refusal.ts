/** A refusal as metav1.Status tells it. `{ns}` stands for the case's namespace. */
export interface Refusal {
  readonly code: number;
  readonly reason?: string;
  readonly message: string;
  readonly details?: unknown;
}

/** The path leads nowhere. */
export const NO_RESOURCE: Refusal = {
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
};

export const NO_METHOD: Refusal = {
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource',
  details: {},
};

export const UNAUTHORIZED: Refusal = { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };

/** What a JSON patch gets that cannot be carried out. */
export const UNPROCESSABLE: Refusal = {
  code: 422,
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
  details: {},
};

/** What a patch of an unknown content type gets. */
export const UNSUPPORTED_PATCH: Refusal = {
  code: 415,
  reason: 'UnsupportedMediaType',
  message: '415: Unsupported Media Type',
  details: {},
};

export function unknownFormat(...accepted: readonly string[]): Refusal {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return { code: 415, reason: 'UnsupportedMediaType', message };
}

/** An error that the server did not foresee: a status without a reason. */
export function unforeseen(message: string): Refusal {
  return { code: 500, message };
}

export function badRequest(message: string): Refusal {
  return { code: 400, reason: 'BadRequest', message };
}

/** `resource` is the plural with its group: `deployments.apps`. */
export function notFound(resource: string, name: string): Refusal {
  return { code: 404, reason: 'NotFound', message: `${resource} "${name}" not found`, details: named(resource, name) };
}

export function alreadyExists(resource: string, name: string): Refusal {
  const message = `${resource} "${name}" already exists`;
  return { code: 409, reason: 'AlreadyExists', message, details: named(resource, name) };
}

export function conflict(resource: string, name: string, why: string): Refusal {
  const message = `Operation cannot be fulfilled on ${resource} "${name}": ${why}`;
  return { code: 409, reason: 'Conflict', message, details: named(resource, name) };
}

/** What a write with the resourceVersion of an older state gets. */
export function stale(resource: string, name: string): Refusal {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function forbidden(resource: string, name: string, why: string): Refusal {
  const message = `${resource}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`;
  return { code: 403, reason: 'Forbidden', message, details: named(resource, name) };
}

/** `kind` is the kind with its group: `Deployment.apps`; each cause is a field and what is wrong with it. */
export function invalid(
  kind: string,
  name: string,
  ...causes: readonly (readonly [field: string, what: string])[]
): Refusal {
  // One fault may have two causes; its text is told once.
  const [...texts] = new Set(causes.map(([field, what]) => `${field}: ${what}`));
  const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return {
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${all}`,
    details: {
      ...named(kind, name),
      causes: causes.map(([field, what]) => ({ reason: causeReason(what), message: what, field })),
    },
  };
}

function named(qualified: string, name: string): object {
  if (qualified === '') return {};
  const dot = qualified.indexOf('.');
  return {
    ...(name === '' ? {} : { name }),
    ...(dot < 0 ? { kind: qualified } : { group: qualified.slice(dot + 1), kind: qualified.slice(0, dot) }),
  };
}

const CAUSE_REASONS: Readonly<Record<string, string>> = {
  'Required value': 'FieldValueRequired',
  'Invalid value': 'FieldValueInvalid',
  'Unsupported value': 'FieldValueNotSupported',
  'Duplicate value': 'FieldValueDuplicate',
  'Too long': 'FieldValueTooLong',
  'Too many': 'FieldValueTooMany',
  'Not found': 'FieldValueNotFound',
  Forbidden: 'FieldValueForbidden',
};

/** A cause's reason is told by how its text begins. */
function causeReason(what: string): string {
  const reason = CAUSE_REASONS[what.split(':')[0] ?? ''];
  if (reason === undefined) throw new Error(`expected a cause that begins as one of the server's, found: ${what}`);
  return reason;
}

import { once } from 'node:events';
import { request } from 'node:https';
import type { ControlPlane } from '../../control-plane/control-plane.ts';

/** One request to the real API server as its administrator; rejects with the server's words when it is refused. */
export async function call(
  { url, token, certificateAuthority }: Pick<ControlPlane, 'url' | 'token' | 'certificateAuthority'>,
  method: string,
  path: string,
  options: { readonly body?: unknown; readonly contentType?: string; readonly accept?: string } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const sent = request(`${url}${path}`, {
    method,
    ca: certificateAuthority,
    headers: {
      Authorization: `Bearer ${token}`,
      Accept: options.accept ?? 'application/json',
      ...(options.body === undefined ? {} : { 'Content-Type': options.contentType ?? 'application/json' }),
    },
  });
  sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

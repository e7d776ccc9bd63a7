import type { ClusterClient, ListOptions, ObjectList, WatchRequest } from '../../src/cluster/client.ts';
import type { WatchEvent } from '../../src/cluster/watch-stream.ts';
import { FailureError, type FailureKind } from '../../src/domain/failure.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';

export function kustomization(name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system', uid, resourceVersion, managedFields: [{ manager: 'x' }] },
  };
}

export const event = (type: WatchEvent['type'], object: KubeObject): WatchEvent => ({ type, object });
export const refusal = (kind: FailureKind): FailureError =>
  new FailureError({ kind, message: kind, dependency: 'api-server' });

interface OpenCall<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A client whose lists and watches stay open until the test answers them. */
export class ScriptedClient implements Pick<ClusterClient, 'list' | 'watch' | 'server'> {
  readonly server = 'http://scripted';
  readonly lists: OpenCall<ListOptions, ObjectList>[] = [];
  readonly watches: OpenCall<WatchRequest, void>[] = [];

  list: ClusterClient['list'] = (_, request = {}) =>
    new Promise((resolve, reject) => this.lists.push({ request, resolve, reject }));

  watch: ClusterClient['watch'] = (request) =>
    new Promise((resolve, reject) => this.watches.push({ request, resolve, reject }));

  async answerList(answer: ObjectList | FailureError): Promise<void> {
    const call = this.lists.shift();
    if (call === undefined) throw new Error('expected an open list, found none');
    if (answer instanceof FailureError) call.reject(answer);
    else call.resolve(answer);
    await settled();
  }

  get openWatch(): OpenCall<WatchRequest, void> {
    const call = this.watches.at(-1);
    if (call === undefined) throw new Error('expected an open watch, found none');
    return call;
  }

  async endWatch(error?: FailureError): Promise<void> {
    const { resolve, reject } = this.openWatch;
    if (error === undefined) resolve();
    else reject(error);
    await settled();
  }
}

/** Lets every promise that is due go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

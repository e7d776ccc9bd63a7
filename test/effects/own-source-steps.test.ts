import { describe, expect, it } from 'vitest';
import { FailureError } from '../../src/domain/failure.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { objectId } from '../../src/domain/target.ts';
import { LiveView } from '../../src/effects/live-view.ts';
import { ownSourceSteps } from '../../src/effects/own-source-steps.ts';
import { kustomization, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';

const TARGET = objectId('Kustomization', NAMESPACE, 'a');
const OWN = objectId('OCIRepository', NAMESPACE, 'a-isolated');

/** An API server of one own source, which the view knows by the answer to a request of its own only. */
function world() {
  const view = new LiveView();
  for (const object of [ociRepository('shop', 'registry.example'), kustomization('a')]) view.put(object);
  const sent: string[] = [];
  let made = 0;
  let there: KubeObject | undefined;
  const client = {
    request: async ({ method, body }: { method: string; body?: unknown }) => {
      sent.push(method);
      made += 1;
      const object = body as KubeObject;
      there = { ...object, metadata: { ...object.metadata, uid: `uid-${made}`, resourceVersion: `${made}` } };
      return { json: there };
    },
    get: async () => {
      sent.push('GET');
      if (there === undefined) throw new FailureError({ kind: 'not-found', message: 'gone', statusCode: 404 });
      return there;
    },
  };
  const steps = ownSourceSteps({
    view,
    client: client as unknown as Parameters<typeof ownSourceSteps>[0]['client'],
    session: () => `${NAMESPACE}/reconcile-machine-00000001`,
    addressOf: () => ({ url: 'oci://registry.example/shop', insecure: false }),
  });
  const create = () => steps.createSource(TARGET, OWN, 'sha256:1', 'c1');
  return {
    view,
    sent,
    create,
    deleteUnseen: () => {
      there = undefined;
    },
  };
}

describe('the own source of a target', () => {
  it('that is there already is left as it is', async () => {
    const { sent, create } = world();
    const first = await create();
    expect(await create()).toEqual(first);
    expect(sent).toEqual(['POST', 'GET']);
  });

  it('that was deleted without the watch having told of it is made again', async () => {
    const { view, sent, create, deleteUnseen } = world();
    await create();
    deleteUnseen();
    const again = await create();
    expect(sent).toEqual(['POST', 'GET', 'POST']);
    expect(view.object(OWN)?.metadata.uid).toBe(again.metadata.uid);
  });
});

import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { clientOf, connectionTo, failureOf, json, startScriptedApi, statusOf } from './scripted-api.ts';

const APPS = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'kustomizations',
  namespace: 'flux-system',
  name: 'apps',
};

/** A server that answers with the codes in turn, and with the last one from then on; 0 cuts the connection. */
async function clientOfServer(...codes: number[]) {
  const api = await startScriptedApi((_, response) => {
    const code = (codes.length > 1 ? codes.shift() : codes[0]) ?? 200;
    if (code === 0) response.destroy();
    else json(response, code, code === 200 ? { metadata: { name: 'apps' } } : statusOf(code, 'no'));
  });
  const clock = new VirtualClock(0);
  const client = clientOf(connectionTo(api.server), { clock });
  return { clock, ask: () => client.annotate(APPS, { asked: 'now' }) };
}

describe('a refusal by an API server', () => {
  it('that was away a moment ago is passing: it has not read its access rules yet', async () => {
    const { ask } = await clientOfServer(0, 403, 200);
    expect(await failureOf(ask())).toMatchObject({ kind: 'unavailable' });
    expect(await failureOf(ask())).toMatchObject({
      kind: 'unavailable',
      statusCode: 403,
      message: expect.stringContaining('HTTP 403'),
      hint: expect.stringContaining('access rules'),
    });
    await ask();
  });

  it('is believed from a server that was never away', async () => {
    const { ask } = await clientOfServer(403);
    expect(await failureOf(ask())).toMatchObject({ kind: 'forbidden', hint: expect.stringContaining('Grant') });
  });

  it('is believed once the server has granted something', async () => {
    const { ask } = await clientOfServer(503, 200, 403);
    await failureOf(ask());
    await ask();
    expect(await failureOf(ask())).toMatchObject({ kind: 'forbidden' });
  });

  it('is believed when it goes on for 10 s', async () => {
    const { ask, clock } = await clientOfServer(503, 403);
    await failureOf(ask());
    expect(await failureOf(ask())).toMatchObject({ kind: 'unavailable' });
    clock.advance(9_999);
    expect(await failureOf(ask())).toMatchObject({ kind: 'unavailable' });
    clock.advance(1);
    expect(await failureOf(ask())).toMatchObject({ kind: 'forbidden' });
  });
});

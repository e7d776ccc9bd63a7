import { expect } from 'vitest';
import type { Contract } from '../contract.ts';
import { configMap } from '../objects.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';

interface Expired {
  readonly message: string;
  readonly metadata: { readonly continue?: string };
}

/** What is left when the server has forgotten all revisions but the last. */
export function describeHistory(contract: Contract): void {
  let ns = '';
  let oldVersion = '';
  let token = '';

  contract.before(async (api) => {
    ns = api.ns;
    oldVersion = (await api.created(MAPS, configMap('a'))).metadata.resourceVersion;
    for (const name of ['b', 'c']) await api.created(MAPS, configMap(name));
    token = (await api.read(`${MAPS}?limit=1`)).metadata.continue ?? '';
    await api.created(MAPS, configMap('d'));
    await contract.subject().forgetHistory();
  });
  const maps = () => `/api/v1/namespaces/${ns}/configmaps`;

  contract.case('objects outlive a forgotten history', async (api) => {
    const list = await api.read(maps());
    expect(list.items?.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', 'd']);
  });

  contract.case('a watch from a forgotten revision begins, and ends with an error', async (api) => {
    const watch = await api.watch(`${maps()}?watch=true&resourceVersion=${oldVersion}`);
    expect(watch.status).toBe(200);
    const { type, object } = await watch.next();
    expect(type).toBe('ERROR');
    const { message, ...status } = object as unknown as Expired;
    expect(message).toMatch(new RegExp(`^too old resource version: ${oldVersion} \\(\\d+\\)$`));
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'Expired',
      code: 410,
    });
    await watch.ended;
  });

  contract.case(
    'the next page of a forgotten revision is gone, with a token to go on without consistency',
    async (api) => {
      const answer = await api.get(`${maps()}?limit=1&continue=${token}`);
      expect(answer.status).toBe(410);
      const { metadata, message } = answer.object as unknown as Expired;
      expect(answer.object).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 });
      expect(message).toBe(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
          'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
          'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
          'deleted between the time the first chunk was returned and now may show up in the list.',
      );
      const rest = await api.read(`${maps()}?continue=${metadata.continue}`);
      expect(rest.items?.map((item) => item.metadata.name)).toEqual(['b', 'c', 'd']);
    },
  );

  contract.case('an exact list of a forgotten revision is gone', async (api) => {
    const answer = await api.get(`${maps()}?resourceVersion=${oldVersion}&resourceVersionMatch=Exact`);
    expect(answer.status).toBe(410);
    expect(answer.object).toMatchObject({ reason: 'Expired', code: 410 });
    expect(answer.object.message).toBe('The resourceVersion for the provided list is too old.');
  });

  contract.case('a list not older than a forgotten revision is the list of now', async (api) => {
    const list = await api.read(`${maps()}?resourceVersion=${oldVersion}&resourceVersionMatch=NotOlderThan`);
    expect(list.items).toHaveLength(4);
  });

  contract.case('a watch from now goes on as before', async (api) => {
    const { metadata } = await api.read(maps());
    const watch = await api.watch(`${maps()}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    await api.created(maps(), configMap(`from-${api.ns}`));
    expect((await watch.next()).object.metadata.name).toBe(`from-${api.ns}`);
    watch.close();
  });
}

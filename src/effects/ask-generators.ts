import type { Failure } from '../domain/failure.ts';
import type { ObjectId } from '../domain/target.ts';
import type { Outcome } from '../engine/engine.ts';
import { outcomeOf } from './call.ts';

type Ask = (id: ObjectId, token: string) => Promise<{ readonly value: unknown } | { readonly failure: Failure }>;

/** The handler of `askGenerators`: all at once; the first that could not be asked is what came of it. */
export function askGenerators(ask: Ask) {
  return async ({ generators, token }: { generators: readonly ObjectId[]; token: string }): Promise<Outcome> => {
    const results = await Promise.all(generators.map((id) => ask(id, token)));
    const failed = results.find((result) => 'failure' in result);
    return outcomeOf(failed ?? { value: true }, () => ({ type: 'GeneratorsAsked' }), 'GeneratorsAskFailed');
  };
}

// Loaded with --import: plants the mutant named by SIMULATION_MUTANT into the file it is about, as that is loaded.
import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

const name = process.env.SIMULATION_MUTANT;
const mutant = MUTANTS.find((candidate) => candidate.name === name);
if (name !== undefined && mutant === undefined) throw new Error(`expected the name of a mutant, found ${name}`);

if (mutant !== undefined) {
  const url = new URL(`../../${mutant.file}`, import.meta.url).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      if (loaded !== url) return result;
      let source = String(
        result.source instanceof Uint8Array ? new TextDecoder().decode(result.source) : result.source,
      );
      for (const { from, to, times = 1 } of mutant.changes) {
        const found = source.split(from).length - 1;
        if (found !== times)
          throw new Error(
            `${mutant.name}: expected the text ${times} times in ${mutant.file}, found it ${found} times: ${from}`,
          );
        source = source.split(from).join(to);
      }
      return { ...result, source };
    },
  });
}

import { defineCommand } from '../command.ts';
import type { ReplayOptions } from '../options.ts';
import { DIR, JSON_OPTION, LOG_OPTION, logSourceOptions } from '../shared-options.ts';

export const replayCommand = defineCommand<ReplayOptions>({
  name: 'replay',
  summary: 'the state of every machine after an event, from the log alone',
  usage: '[DIR] [options]',
  positionals: [DIR],
  options: [
    { name: 'at', kind: 'count', placeholder: 'SEQ', summary: 'after this event', fallback: 'the last one' },
    LOG_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine replay', does: 'where everything stands' },
    { line: 'reconcile-machine replay --at 1200 --json', does: 'where everything stood after event 1200' },
  ],
  read: (parsed) => ({ ...logSourceOptions(parsed, parsed.positionals[0]), at: parsed.count('at') }),
  load: async () => (await import('../replay.ts')).runReplay,
});

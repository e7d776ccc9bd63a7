import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { LogOptions } from '../options.ts';
import type { ParsedArguments } from '../parsed-arguments.ts';
import { DIR, JSON_OPTION, LOG_OPTION, logSourceOptions } from '../shared-options.ts';

export const logCommand = defineCommand<LogOptions>({
  name: 'log',
  summary: 'print the events of a watch, one a line',
  usage: '[DIR] [options]',
  positionals: [DIR],
  options: [
    { name: 'from', kind: 'count', placeholder: 'SEQ', summary: 'begin with this event' },
    { name: 'to', kind: 'count', placeholder: 'SEQ', summary: 'end with this event' },
    { name: 'machine', kind: 'text', placeholder: 'ID', summary: 'only events of this machine' },
    { name: 'type', kind: 'text', placeholder: 'TYPE', summary: 'only events of this type, e.g. FilesChanged' },
    { name: 'follow', short: 'f', kind: 'flag', summary: 'go on printing as events come' },
    LOG_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine log', does: 'all that is kept' },
    { line: 'reconcile-machine log --follow --json', does: 'beside a running watch, for a program' },
    { line: 'reconcile-machine log --type FilesChanged --from 1200', does: 'only saves, from event 1200 on' },
  ],
  read: readLogOptions,
  load: async () => (await import('../log-command.ts')).runLog,
});

function readLogOptions(parsed: ParsedArguments): LogOptions {
  const from = parsed.count('from');
  const to = parsed.count('to');
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(`--from ${from} lies after --to ${to}`, 'no event can be in between; swap them');
  }
  if (to !== undefined && parsed.flag('follow')) {
    throw new UsageError('--follow goes on without end, found --to beside it', 'leave out one of them');
  }
  return {
    ...logSourceOptions(parsed, parsed.positionals[0]),
    from,
    to,
    machine: parsed.text('machine'),
    type: parsed.text('type'),
    follow: parsed.flag('follow'),
  };
}

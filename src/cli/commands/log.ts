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
    { name: 'verify', kind: 'flag', summary: 'check every event and snapshot instead' },
    {
      name: 'export',
      kind: 'text',
      placeholder: 'FILE',
      summary: 'write the log as JSON lines instead (- for standard output)',
    },
    { name: 'salvage', kind: 'flag', summary: 'with --export: of a damaged log, what is intact' },
    {
      name: 'import',
      kind: 'text',
      placeholder: 'FILE',
      summary: 'make a new log of exported lines instead (- for standard input)',
    },
    LOG_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'reconcile-machine log', does: 'all that is kept' },
    { line: 'reconcile-machine log --follow --json', does: 'beside a running watch, for a program' },
    { line: 'reconcile-machine log --type FilesChanged --from 1200', does: 'only saves, from event 1200 on' },
    { line: 'reconcile-machine log --verify', does: 'is all of it as it was written?' },
    { line: 'reconcile-machine log --export saved.jsonl --salvage', does: 'what can be saved of a damaged log' },
    { line: 'reconcile-machine log --import saved.jsonl --log new.db', does: 'a log made of it' },
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
  const instead = [
    ...(parsed.flag('verify') ? ['verify'] : []),
    ...['export', 'import'].filter((name) => parsed.text(name) !== undefined),
  ];
  if (instead.length > 1) {
    throw new UsageError(`--${instead.join(' and --')} do different things`, 'choose one of them');
  }
  const [mode] = instead;
  const useless = [
    ...['machine', 'type'].filter((name) => parsed.text(name) !== undefined),
    ...(from === undefined ? [] : ['from']),
    ...(to === undefined ? [] : ['to']),
    ...(parsed.flag('follow') ? ['follow'] : []),
  ][0];
  if (mode !== undefined && useless !== undefined) {
    throw new UsageError(`--${mode} is about the whole log, found --${useless} beside it`, `leave out --${useless}`);
  }
  if (parsed.flag('salvage') && mode !== 'export') {
    throw new UsageError('--salvage says what to export, found no --export', 'add --export FILE');
  }
  return {
    ...logSourceOptions(parsed, parsed.positionals[0]),
    from,
    to,
    machine: parsed.text('machine'),
    type: parsed.text('type'),
    follow: parsed.flag('follow'),
    verify: parsed.flag('verify'),
    exportTo: parsed.text('export'),
    salvage: parsed.flag('salvage'),
    importFrom: parsed.text('import'),
  };
}

import type {
  ContainerProblem,
  Diagnosis,
  EventGroup,
  PodProblem,
  ResourceProblem,
  WorkloadProblem,
} from '../domain/diagnosis/diagnosis.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { formatCount, formatTimeOfDay } from './quantity.ts';
import type { Style } from './style.ts';
import { oneLine } from './text-width.ts';

/**
 * The diagnosis in lines. None is cut at the terminal's width: names are there to be copied. Empty for a cluster that did not answer.
 */
export function renderDiagnosis(diagnosis: Diagnosis, style: Style): string[] {
  if (diagnosis.unreachable !== undefined) return [];
  const { resources, workloads, enginePods, events, cycles, skipped } = diagnosis;
  const shown = new Set(resources.map(({ id }) => id));
  const others = workloads.filter(({ appliedBy }) => !shown.has(appliedBy));
  const lines = [
    headline(diagnosis),
    ...resources.flatMap((resource) => ['', ...resourceLines(resource, workloads, style)]),
    ...section(
      'Not running, of resources that are Ready',
      others.flatMap((each) => workloadLines(each, style, true)),
    ),
    ...section(
      'Wait for one another in a ring',
      cycles.map((ids) => ids.map(label).join(' → ')),
    ),
    ...section(
      "The engines' own pods that are not ready",
      enginePods.flatMap((pod) => podLines(pod, style)),
    ),
    ...section(
      'Warnings',
      events.flatMap((group) => eventLines(group, style)),
    ),
    ...section('Not looked at', skipped.map(oneLine)),
  ];
  return diagnosis.complete ? lines : [...lines, '', 'Time was up before everything was looked at.'];
}

function headline({ server, resources, resourceCount, complete }: Diagnosis): string {
  if (resources.length > 0)
    return `${server}: ${resources.length} of ${formatCount(resourceCount, 'resource')} ${resources.length === 1 ? 'is' : 'are'} not Ready`;
  if (resourceCount === 0)
    return `${server}: no resource of a GitOps engine was ${complete ? 'found' : 'read in time'}`;
  return `${server}: ${resourceCount === 1 ? 'the only resource is' : `all ${resourceCount} resources are`} Ready`;
}

function resourceLines(
  { id, status, reason, message, blockedBy, blocks }: ResourceProblem,
  workloads: readonly WorkloadProblem[],
  style: Style,
): string[] {
  const { symbols, paint } = style;
  const mark = status === 'failed' ? paint('red', symbols.failed) : paint('yellow', symbols.waiting);
  return [
    `${mark} ${paint('bold', label(id))}  ${oneLine(reason)}`,
    ...indented(textLines(message), 2),
    ...indented(
      [
        ...(blockedBy.length === 0 ? [] : [`waits for ${blockedBy.map(label).join(', ')}`]),
        ...(blocks.length === 0 ? [] : [`holds up ${blocks.map(label).join(', ')}`]),
        ...workloads.filter(({ appliedBy }) => appliedBy === id).flatMap((each) => workloadLines(each, style, false)),
      ],
      2,
    ),
  ];
}

function workloadLines(workload: WorkloadProblem, style: Style, withOwner: boolean): string[] {
  const { kind, namespace, name, problems, pods, appliedBy } = workload;
  const said = problems.length === 0 ? '' : `: ${problems.map(oneLine).join('; ')}`;
  const own = pods.length === 1 && kind === 'Pod' && pods[0]?.name === name;
  const title = `${style.paint('bold', `${kind} ${oneLine(`${namespace}/${name}`)}`)}${said}`;
  const owner = withOwner ? ` (of ${label(appliedBy)})` : '';
  const below = pods.flatMap((pod) => podLines(pod, style));
  return own && problems.length === 0 ? below : [`${title}${owner}`, ...indented(below, 2)];
}

function podLines(pod: PodProblem, style: Style): string[] {
  const where = pod.node === undefined ? 'no node' : `node ${pod.node}`;
  const problems = pod.problems.flatMap(textLines);
  return [
    `${style.paint('bold', `Pod ${oneLine(`${pod.namespace}/${pod.name}`)}`)}  ${oneLine(pod.phase)}, ${oneLine(where)}`,
    ...indented(
      [
        ...problems,
        ...pod.claims.map(
          ({ name, phase, storageClass }) =>
            `volume claim ${oneLine(name)}: ${phase}${storageClass === undefined ? '' : `, storage class ${storageClass}`}`,
        ),
        ...pod.containers.flatMap((container) => containerLines(container, style)),
      ],
      2,
    ),
  ];
}

function containerLines(container: ContainerProblem, style: Style): string[] {
  const { name, init, image, state, reason, message, exitCode, signal, restarts, lastExit, log } = container;
  const notReady = state === 'running' ? ', not ready' : '';
  const now = [`${state}${notReady}`, reason, exitCodeInWords(exitCode), signal && `signal ${signal}`].filter(Boolean);
  const before = lastExit && [exitCodeInWords(lastExit.exitCode), lastExit.reason].filter(Boolean).join(', ');
  const said = [
    now.join(', '),
    ...(restarts > 0 ? [formatCount(restarts, 'restart')] : []),
    ...(before ? [`ended before with ${before}`] : []),
  ];
  const messages = [message, lastExit?.message].flatMap((text) => (text === undefined ? [] : textLines(text)));
  return [
    `${init ? 'init container' : 'container'} ${style.paint('bold', oneLine(name))} (${oneLine(image)}): ${said.map(oneLine).join('; ')}`,
    ...indented(messages, 2),
    ...indented(logLines(log, style), 2),
  ];
}

function exitCodeInWords(exitCode: number | undefined): string | undefined {
  return exitCode === undefined ? undefined : `exit code ${exitCode}`;
}

function logLines(log: ContainerProblem['log'], style: Style): string[] {
  if (log === undefined) return [];
  if ('unavailable' in log) return [style.paint('dim', `its log cannot be read: ${oneLine(log.unavailable)}`)];
  return log.lines.map((line) => `${style.paint('dim', '|')} ${keptSpaces(line)}`);
}

/** A log is often set in: its spaces stay, what could steer the terminal does not. */
function keptSpaces(line: string): string {
  const [indent = ''] = /^[ \t]*/.exec(line) ?? [];
  return indent.replaceAll('\t', '  ') + oneLine(line);
}

function eventLines({ namespace, reason, message, objects, count, lastAt }: EventGroup, style: Style): string[] {
  const times = count === 1 ? '' : ` ${count} times,`;
  const at = lastAt === 0 ? '' : ` last at ${formatTimeOfDay(lastAt)}`;
  return [
    `${style.paint('yellow', style.symbols.warning)} ${oneLine(`${namespace}: ${reason}`)} ${objects.map(oneLine).join(', ')} ${style.paint('dim', `(${`${times}${at}`.trim()})`)}`,
    ...indented(textLines(message), 4),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...indented(lines, 2)];
}

function label(id: ObjectId): string {
  const { kind, namespace, name } = parseObjectId(id);
  return oneLine(`${kind} ${namespace === '' ? name : `${namespace}/${name}`}`);
}

function textLines(text: string): string[] {
  return text
    .split('\n')
    .map(oneLine)
    .filter((line) => line !== '');
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => ' '.repeat(by) + line);
}

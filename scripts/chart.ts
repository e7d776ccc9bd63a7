// Draws the statecharts as Mermaid into docs/charts.md, from the code. `--check` fails when the page is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import type { AnyStateMachine, StateNode } from 'xstate';
import { attemptsMachine } from '../src/machines/attempts.ts';
import { WATCH_KINDS } from '../src/machines/kinds.ts';
import * as listWatch from '../src/machines/list-watch.ts';
import { releaseMachine } from '../src/machines/release.ts';
import { runMachine } from '../src/machines/run.ts';

const PAGE = new URL('../docs/charts.md', import.meta.url);

type Node = StateNode<never, never>;

const nameOf = (node: Node, machine: AnyStateMachine): string =>
  node.id
    .slice(machine.id.length + 1)
    .replaceAll('.', '__')
    .replaceAll('-', '_') || machine.id;

function draw(machine: AnyStateMachine): string {
  const lines = ['stateDiagram-v2'];
  const root = machine.root as unknown as Node;
  const visit = (node: Node, indent: string): void => {
    const children = Object.values(node.states) as unknown as Node[];
    const initial = node.initial?.target[0] as unknown as Node | undefined;
    if (initial !== undefined) lines.push(`${indent}[*] --> ${nameOf(initial, machine)}`);
    for (const child of children) {
      const name = nameOf(child, machine);
      if (name !== child.key) lines.push(`${indent}state "${child.key}" as ${name}`);
      if (Object.keys(child.states).length > 0) {
        lines.push(`${indent}state ${name} {`);
        visit(child, `${indent}  `);
        lines.push(`${indent}}`);
      }
    }
  };
  visit(root, '  ');
  const arrows = new Set<string>();
  const connect = (node: Node): void => {
    for (const transition of [...node.transitions.values()].flat().concat(node.always ?? []) as unknown as {
      target?: Node[];
      eventType: string;
      guard?: unknown;
    }[]) {
      for (const target of transition.target ?? []) {
        const guard = typeof transition.guard === 'string' ? ` [${transition.guard}]` : '';
        const from = node === root ? undefined : nameOf(node, machine);
        const label = `${transition.eventType === '' ? 'always' : transition.eventType}${guard}`;
        const sources =
          from === undefined
            ? (Object.values(root.states) as unknown as Node[]).map((child) => nameOf(child, machine))
            : [from];
        // A transition of the whole chart is drawn once, as a note, or it would hide all others.
        if (from === undefined) arrows.add(`  note right of ${nameOf(target, machine)} : from any state on ${label}`);
        else for (const source of sources) arrows.add(`  ${source} --> ${nameOf(target, machine)} : ${label}`);
      }
    }
    for (const child of Object.values(node.states) as unknown as Node[]) connect(child);
  };
  connect(root);
  return [...lines, ...arrows].join('\n');
}

const machines: Record<string, AnyStateMachine> = {
  ...WATCH_KINDS,
  run: runMachine,
  release: releaseMachine,
  attempts: attemptsMachine,
  'list-watch': Object.values(listWatch).find(
    (value) => typeof value === 'object' && value !== null && 'root' in value,
  ) as unknown as AnyStateMachine,
};
const page = `# Statecharts

Drawn from \`src/machines\` by \`node scripts/chart.ts\`; \`npm test\` checks that this page is current. Each machine is one
\`setup().createMachine()\` in one file, which Stately can open as it is.
${Object.entries(machines)
  .map(([name, machine]) => `\n## ${name}\n\n\`\`\`mermaid\n${draw(machine)}\n\`\`\`\n`)
  .join('')}`;

if (process.argv.includes('--check')) {
  if (readFileSync(PAGE, 'utf8') !== page) {
    process.stderr.write('docs/charts.md is out of date: run node scripts/chart.ts\n');
    process.exit(1);
  }
} else {
  writeFileSync(PAGE, page);
}

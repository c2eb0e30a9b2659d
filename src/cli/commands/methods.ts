import type { Command } from 'commander';
import type { AttackDescription, MethodDescription, MetricDescription } from '../../engine/calls/service';
import type { ParameterDeclaration } from '../../core/method/parameters';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatTable } from '../table';
import { formatParameter } from '../words';

/** `methods`: what there is, with the parameters of each. */
export function addMethodsCommand(program: Command, session: Session): void {
  program
    .command('methods')
    .description('list the attribution methods, attacks and metrics with their parameters')
    .option('--json', 'one JSON document on standard output')
    .action(async ({ json }: { json?: boolean }) => {
      const { attribution, attack, metric } = await session.service.methods();
      if (json) writeJson(session, { kind: 'methods', attribution, attack, metric });
      else
        session.write(
          `Attribution\n${describe(attribution)}\nAttacks\n${describe(attack)}\nMetrics\n${describe(metric)}`,
        );
    });
}

function describe(methods: readonly (MethodDescription | AttackDescription | MetricDescription)[]): string {
  return formatTable(
    methods.flatMap(({ id, summary, needs, parameters }) => [
      [
        `  ${id}`,
        `${summary}${needs.includes('checkpoints') ? ' (of a run or a folder of checkpoints as --model)' : ''}`,
      ],
      ...parameters.flatMap((parameter) => [
        [`    ${parameter.id}=${formatParameter(parameter.default)}`, `${parameter.description}${rangeOf(parameter)}`],
        ...choicesOf(parameter),
      ]),
    ]),
  );
}

/** What each choice means, a line each. */
function choicesOf(parameter: ParameterDeclaration): readonly (readonly string[])[] {
  if (parameter.type !== 'choice') return [];
  return parameter.choices.map(({ id, description }) => [`      ${id}`, description]);
}

function rangeOf(parameter: ParameterDeclaration): string {
  switch (parameter.type) {
    case 'boolean':
      return ' (true, false)';
    case 'choice':
      return '';
    case 'layer':
      return " (a layer's name; empty: the last spatial one)";
    case 'integer':
    case 'number':
      return ` (${parameter.minimum} to ${parameter.maximum}${parameter.unit === undefined ? '' : `, ${parameter.unit}`})`;
  }
}

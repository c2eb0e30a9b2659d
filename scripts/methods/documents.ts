import { formatParameter } from '../../src/cli/words';
import { attackMethods } from '../../src/core/attack/registry';
import { listedMethods } from '../../src/core/attribution/registry';
import type { ParameterDeclaration } from '../../src/core/method/parameters';
import type { Metric } from '../../src/core/metric/metric';
import { metrics } from '../../src/core/metric/registry';

/** What the registries say, as rows of tables in Markdown. */
interface Described {
  readonly id: string;
  readonly summary: string;
  readonly formula: string;
  readonly source: string;
  readonly parameters: readonly ParameterDeclaration[];
}

/** The pieces of documents that are made from the registries, by the name that their marks have. */
export function generatedParts(): ReadonlyMap<string, string> {
  const described: readonly Described[] = [...listedMethods(), ...attackMethods, ...metrics];
  return new Map([
    ['attribution methods', overview(listedMethods())],
    ['attacks', overview(attackMethods)],
    ['metrics', metricOverview(metrics)],
    ...described.map(({ id, parameters }) => [`parameters of ${id}`, parameterTable(parameters)] as const),
  ]);
}

/**
 * `text` with what stands between `<!-- made from the registry: NAME -->` and `<!-- end -->` replaced by the part of that name.
 * Throws an Error for a name that no part has and for a mark without an end.
 */
export function withParts(text: string, parts: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /(<!-- made from the registry: (.+?) -->\n)([\s\S]*?)(<!-- end -->|$)/g,
    (...found: string[]) => {
      const [, head, name, , end] = found as [string, string, string, string, string];
      const part = parts.get(name);
      if (part === undefined) throw new Error(`Nothing of the registries is called "${name}"`);
      if (end === '') throw new Error(`"${name}" has no end`);
      return `${head}\n${part}\n\n${end}`;
    },
  );
}

function overview(methods: readonly Described[]): string {
  return table(
    ['id', 'definition', 'what it says', 'source'],
    methods.map(({ id, formula, summary, source }) => [`\`${id}\``, formula, summary, source]),
  );
}

function metricOverview(all: readonly Metric[]): string {
  return table(
    ['id', 'definition', 'what it says', 'better', 'source'],
    all.map(({ id, formula, summary, better, source }) => [`\`${id}\``, formula, summary, better, source]),
  );
}

function parameterTable(parameters: readonly ParameterDeclaration[]): string {
  return table(
    ['Parameter', 'Default', 'Values', 'Meaning'],
    parameters.map((parameter) => [
      `\`${parameter.id}\``,
      parameter.default === '' ? 'empty' : `\`${formatParameter(parameter.default)}\``,
      valuesOf(parameter),
      parameter.description,
    ]),
  );
}

function valuesOf(parameter: ParameterDeclaration): string {
  switch (parameter.type) {
    case 'boolean':
      return '`true`, `false`';
    case 'choice':
      return parameter.choices.map(({ id, description }) => `\`${id}\`: ${withoutStop(description)}`).join('; ');
    case 'layer':
      return "a layer's name; empty: the last one with places";
    case 'integer':
    case 'number': {
      const kind = parameter.type === 'integer' ? 'whole, ' : '';
      return `${kind}${parameter.minimum} to ${parameter.maximum}`;
    }
  }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

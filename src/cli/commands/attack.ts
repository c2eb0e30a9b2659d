import path from 'node:path';
import type { Command } from 'commander';
import type { AttackRequest, AttackResult } from '../../engine/calls/service';
import { changeSize } from '../../core/result/changeSize';
import type { AttackRecord } from '../../core/result/kinds/attack';
import type { ClassScore } from '../../core/result/record';
import { attackFigure } from '../attackFigure';
import type { RunOptions } from '../options';
import {
  addCommonOptions,
  addForceOption,
  addModelOption,
  addParameterOption,
  addTopOption,
  inputFiles,
  modelRequest,
  parseEpsilon,
  runRequest,
} from '../options';
import { checkOutputs, writeOutput } from '../outputFile';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatFacts, formatNumber, formatProbability, formatTable } from '../table';
import { describeImage, describeLabel, describeNorms, describeParameters } from '../words';

interface AttackOptions extends RunOptions {
  readonly attack: string;
  readonly epsilon?: number;
  readonly target?: string;
  readonly out?: string;
  readonly saveInput?: string;
  readonly figure?: string;
}

interface Outputs {
  readonly adversarial?: string;
  readonly input?: string;
  readonly figure?: string;
}

/** `attack`: how little it takes to change the model's mind. */
export function addAttackCommand(program: Command, session: Session): void {
  const command = addModelOption(addCommonOptions(program.command('attack')));
  addForceOption(addTopOption(addParameterOption(command)))
    .description("change the image a little so that the model's answer changes")
    .argument('<image>', 'a picture file, or an .npy file of pixels')
    .option('--attack <id>', 'attack', 'fgsm')
    .option(
      '--epsilon <number>',
      "size of the change in pixel units, 0.01 or 8/255 (default: the attack's own; none for attacks that look for the smallest)",
      parseEpsilon,
    )
    .option('--label <class>', 'true class (default: from the file or folder name, else the prediction)')
    .option('--target <class>', 'class to reach (default: any but the true one)')
    .option('--out <file>', 'the adversarial image in 8 bits (PNG)')
    .option('--save-input <file>', 'the adversarial image as computed (float32 NPY, height × width × channels)')
    .option('--figure <file>', 'image, perturbation and adversarial image side by side, each with its prediction (PNG)')
    .action((image: string, options: AttackOptions) => run(session, image, options));
}

async function run(session: Session, image: string, options: AttackOptions): Promise<void> {
  const { out, saveInput, figure, force = false, epsilon, target } = options;
  await checkOutputs(
    [
      { file: out, format: 'png' },
      { file: saveInput, format: 'npy' },
      { file: figure, format: 'png' },
    ],
    { force, inputs: inputFiles(image, options) },
  );
  const request: AttackRequest = {
    ...modelRequest(options),
    ...runRequest(image, options),
    attack: options.attack,
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(target === undefined ? {} : { target }),
  };
  const result = await session.service.attack(request, session.job);
  const { service, finishing } = session;
  if (out !== undefined)
    await writeOutput(out, await service.encode({ image: result.adversarial, format: 'png' }), force, finishing);
  if (saveInput !== undefined)
    await writeOutput(saveInput, await service.encode({ image: result.adversarial, format: 'npy' }), force, finishing);
  if (figure !== undefined) await writeOutput(figure, await attackFigure(result), force, finishing);
  result.record.warnings.forEach(warn);
  const outputs: Outputs = {
    ...(out === undefined ? {} : { adversarial: path.resolve(out) }),
    ...(saveInput === undefined ? {} : { input: path.resolve(saveInput) }),
    ...(figure === undefined ? {} : { figure: path.resolve(figure) }),
  };
  if (options.json) writeJson(session, documentOf(result, options.top, outputs));
  else session.write(describe(result.record, options.top, outputs));
}

function documentOf({ record }: AttackResult, top: number, outputs: Outputs) {
  const first = listing(record, top);
  return {
    ...record,
    engine: record.model.engine,
    classes: first(record.classes),
    perturbationClasses: first(record.perturbationClasses),
    adversarialClasses: first(record.adversarialClasses),
    saved: { ...record.saved, classes: first(record.saved.classes) },
    outputs,
  };
}

/** The `top` most probable of a list and those that the attack is about. */
function listing({ goal, label }: AttackRecord, top: number) {
  return (classes: readonly ClassScore[]) =>
    classes.filter(({ index }, rank) => rank < top || index === goal.label.index || index === label?.index);
}

function describe(record: AttackRecord, top: number, outputs: Outputs): string {
  const { goal, norms, saved } = record;
  return [
    describeImage(record),
    formatFacts([
      ['attack', `${record.attack}${describeParameters(record.parameters)}`],
      ['goal', `${goal.direction === 'away' ? 'away from' : 'towards'} ${describeLabel(goal.label)}`],
      ['distance', distanceFound(record)],
      ['steps made', record.steps === undefined ? undefined : String(record.steps)],
      ['norms', describeNorms(norms)],
      ['verdict', verdict(record)],
      ['as saved', `${saved.success ? 'succeeds' : 'fails'} in 8 bits, ${describeNorms(saved.norms)}`],
      ['adversarial image', outputs.adversarial],
      ['as computed', outputs.input],
      ['figure', outputs.figure],
    ]),
    describeClasses(record, top),
  ].join('\n');
}

/** Of an attack without ε, what it looked for. */
function distanceFound(record: AttackRecord): string | undefined {
  if (record.epsilon !== undefined) return undefined;
  const { symbol, value } = changeSize(record);
  return `${symbol} ${formatNumber(value)}${record.success ? ', the smallest that was found' : ', which was not enough'}`;
}

function verdict({ success, startedRight, classes, adversarialClasses }: AttackRecord): string {
  const [before, after] = [classes[0]!, adversarialClasses[0]!];
  const change = `${before.name} ${formatProbability(before.probability)} → ${after.name} ${formatProbability(after.probability)}`;
  if (!startedRight) return `not needed: ${change}`;
  return `${success ? 'succeeds' : 'fails'}: ${change}`;
}

/** Most probable classes of image, perturbation and adversarial image, a column each. */
function describeClasses(record: AttackRecord, top: number): string {
  const columns = [record.classes, record.perturbationClasses, record.adversarialClasses];
  const rows = Array.from({ length: Math.min(top, record.classes.length) }, (_, rank) =>
    columns.flatMap((classes) => {
      const score = classes[rank];
      return score === undefined ? ['', ''] : [score.name, formatProbability(score.probability)];
    }),
  );
  return formatTable([['image', '', 'perturbation', '', 'adversarial', ''], ...rows], [1, 3, 5]);
}

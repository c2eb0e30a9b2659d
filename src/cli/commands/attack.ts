import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { AttackRequest, AttackResult } from '../../engine/calls/service';
import { firstClause, UserError } from '../../core/errors';
import { attackFigure } from '../attackFigure';
import { attackDocument, attacksTable, describeAttack, type AttackFiles } from '../attackWords';
import { eachImage, failureDocument } from '../eachImage';
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
  refuseBoth,
  runRequest,
} from '../options';
import { checkOutputs, writeOutput } from '../outputFile';
import { distinctNames, picturesOf } from '../pictures';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';

interface AttackOptions extends RunOptions {
  readonly attack: string;
  readonly epsilon?: number;
  readonly target?: string;
  readonly out?: string;
  readonly saveInput?: string;
  readonly figure?: string;
}

/** `attack`: how little it takes to change the model's mind. */
export function addAttackCommand(program: Command, session: Session): void {
  const command = addModelOption(addCommonOptions(program.command('attack')));
  addForceOption(addTopOption(addParameterOption(command)))
    .description("change images a little so that the model's answer changes")
    .argument('<image...>', 'picture files, .npy files of pixels, or a folder of them')
    .option('--attack <id>', 'attack', 'fgsm')
    .option(
      '--epsilon <number>',
      "size of the change in pixel units, 0.01 or 8/255 (default: the attack's own; none for attacks that look for the smallest)",
      parseEpsilon,
    )
    .option('--label <class>', 'true class (default: from the file or folder name, else the prediction)')
    .option('--target <class>', 'class to reach (default: any but the true one)')
    .option('--out <file>', 'the adversarial image in 8 bits (PNG); of several images a folder')
    .option(
      '--save-input <file>',
      'the adversarial image as computed (float32 NPY, height × width × channels); of several images a folder',
    )
    .option(
      '--figure <file>',
      'image, perturbation and adversarial image side by side, each with its prediction (PNG); of several images a folder',
    )
    .action((images: string[], options: AttackOptions) => run(session, images, options));
}

async function run(session: Session, named: readonly string[], options: AttackOptions): Promise<void> {
  refuseBoth('--epsilon', options.epsilon, 'epsilon', options);
  const { files, isOne } = await picturesOf(named);
  if (isOne) await attackOne(session, files[0]!, options);
  else await attackSeveral(session, files, options);
}

async function attackOne(session: Session, image: string, options: AttackOptions): Promise<void> {
  const files: AttackFiles = filesOf(options, (file) => file);
  await checkOutputs(formatted(files), { force: options.force === true, inputs: inputFiles(image, options) });
  const result = await session.service.attack(requestOf(image, options), session.job);
  await write(session, result, files, options);
  result.record.warnings.forEach(warn);
  if (options.json) writeJson(session, attackDocument(result.record, options.top, files));
  else session.write(describeAttack(result.record, options.top, files));
}

/** One after the other, each as it would be alone; an image that fails does not stop the others. */
async function attackSeveral(session: Session, images: readonly string[], options: AttackOptions): Promise<void> {
  const names = distinctNames(images);
  const files = names.map((name) => filesOf(options, (folder, ending) => path.join(folder, `${name}${ending}`)));
  await makeFolders([options.out, options.saveInput, options.figure]);
  const inputs = images.flatMap((image) => inputFiles(image, options));
  await checkOutputs(files.flatMap(formatted), { force: options.force === true, inputs });
  const outcomes = await eachImage(session, images, async (image, index) => {
    const result = await session.service.attack(requestOf(image, options), session.job);
    await write(session, result, files[index]!, options);
    return { record: result.record, files: files[index]! };
  });
  const done = outcomes.flatMap((outcome) =>
    'result' in outcome ? [{ image: outcome.image, ...outcome.result }] : [],
  );
  sayWarnings(done.map(({ image, record }) => ({ name: path.basename(image), warnings: record.warnings })));
  if (options.json) {
    const results = outcomes.map((outcome) =>
      'error' in outcome
        ? failureDocument(outcome)
        : attackDocument(outcome.result.record, options.top, outcome.result.files),
    );
    writeJson(session, { kind: 'attacks', results });
  } else if (done.length > 0) session.write(attacksTable(done));
}

/** What is said of every image is said once. */
function sayWarnings(said: readonly { readonly name: string; readonly warnings: readonly string[] }[]): void {
  const [first] = said;
  const common = (first?.warnings ?? []).filter((warning) => said.every(({ warnings }) => warnings.includes(warning)));
  common.forEach(warn);
  for (const { name, warnings } of said)
    for (const warning of warnings) if (!common.includes(warning)) warn(`${name}: ${warning}`);
}

function requestOf(image: string, options: AttackOptions): AttackRequest {
  const { attack, epsilon, target } = options;
  return {
    ...modelRequest(options),
    ...runRequest(image, options),
    attack,
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(target === undefined ? {} : { target }),
  };
}

/** The files that are asked for; `place` gives one the place that an option says. */
function filesOf(
  { out, saveInput, figure }: AttackOptions,
  place: (option: string, ending: string) => string,
): AttackFiles {
  return {
    ...(out === undefined ? {} : { adversarial: place(out, '.png') }),
    ...(saveInput === undefined ? {} : { input: place(saveInput, '.npy') }),
    ...(figure === undefined ? {} : { figure: place(figure, '-figure.png') }),
  };
}

function formatted({ adversarial, input, figure }: AttackFiles) {
  return [
    { file: adversarial, format: 'png' },
    { file: input, format: 'npy' },
    { file: figure, format: 'png' },
  ] as const;
}

/** The folders of several images' files. Throws `UserError('file-unwritable')` where something else has the name. */
async function makeFolders(folders: readonly (string | undefined)[]): Promise<void> {
  for (const folder of folders)
    if (folder !== undefined)
      await mkdir(folder, { recursive: true }).catch((error: unknown) => {
        throw new UserError(
          'file-unwritable',
          `"${folder}" is to be the folder of several files and cannot be made (${firstClause(error)}).`,
          'Name a folder.',
        );
      });
}

async function write(
  { service, finishing }: Session,
  result: AttackResult,
  { adversarial, input, figure }: AttackFiles,
  { force = false }: AttackOptions,
): Promise<void> {
  const image = result.adversarial;
  if (adversarial !== undefined)
    await writeOutput(adversarial, await service.encode({ image, format: 'png' }), force, finishing);
  if (input !== undefined) await writeOutput(input, await service.encode({ image, format: 'npy' }), force, finishing);
  if (figure !== undefined) await writeOutput(figure, await attackFigure(result), force, finishing);
}

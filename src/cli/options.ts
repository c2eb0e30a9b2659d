import path from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { ModelRequest } from '../engine/calls/service';
import { UserError } from '../core/errors';
import { numberOf } from '../core/method/parameters';
import { PREPROCESSING_PRESETS, type PreprocessingPreset } from '../core/image/inputChoices';
import { ENGINE_CHOICES, type EngineChoice } from '../core/model/modelInfo';
import { bundledModelPath } from './bundledModel';

/** Options of every subcommand that loads a model. */
export interface CommonOptions {
  readonly model?: string;
  readonly engine: EngineChoice;
  readonly threads?: number;
  readonly spec?: string;
  readonly labels?: string;
  readonly preset?: PreprocessingPreset;
  readonly json?: boolean;
}

export interface RunOptions extends CommonOptions {
  readonly top: number;
  readonly seed?: number;
  readonly label?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly force?: boolean;
}

/** `command` with what every subcommand that loads a model understands. */
export function addCommonOptions(command: Command): Command {
  return addJsonOption(
    addEngineOptions(command)
      .option('--spec <file>', 'description of the model (model.lens.json)')
      .option('--labels <file>', 'class names: one a line, CSV or JSON')
      .addOption(
        new Option('--preset <name>', 'scale pixels so, whatever the description says').choices([
          ...PREPROCESSING_PRESETS,
        ]),
      ),
  );
}

export function addEngineOptions(command: Command): Command {
  return command
    .addOption(new Option('--engine <engine>', 'what computes').choices([...ENGINE_CHOICES]).default('auto'))
    .option('--threads <n>', 'threads of the engines that have a choice', parseCount)
    .option('--seed <n>', 'seed of every random draw', parseSeed);
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'one JSON document on standard output');
}

export function addModelOption(command: Command): Command {
  return command.option('--model <file>', 'the model (default: the Fashion-MNIST model that comes with the program)');
}

export function addTopOption(command: Command): Command {
  return command.option('--top <n>', 'classes to list', parseTop, 5);
}

export function addParameterOption(command: Command): Command {
  return command.option('--param <key=value>', 'parameter of the method, repeatable', collectParameter);
}

export function addForceOption(command: Command): Command {
  return command.option('--force', 'overwrite output files');
}

/** Which model, by which engine. */
export function modelRequest(options: CommonOptions): ModelRequest {
  const { model, engine, threads, spec, labels, preset } = options;
  return {
    model: {
      path: path.resolve(model ?? bundledModelPath()),
      ...(spec === undefined ? {} : { specPath: path.resolve(spec) }),
      ...(labels === undefined ? {} : { labelsPath: path.resolve(labels) }),
      ...(preset === undefined ? {} : { preset }),
    },
    engine,
    ...(threads === undefined ? {} : { threads }),
  };
}

/** What a command reads, and so must not write over. */
export function inputFiles(image: string, { model, spec, labels }: Omit<CommonOptions, 'engine'>): readonly string[] {
  return [image, model, spec, labels].filter((file) => file !== undefined);
}

/** What a method or an attack is run on. */
export function runRequest(image: string, { label, seed, param }: RunOptions) {
  return {
    image: { path: path.resolve(image) },
    parameters: param ?? {},
    ...(label === undefined ? {} : { label }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** Refuses an option that is short for a parameter beside that parameter. Throws `UserError('usage')`. */
export function refuseBoth(
  option: string,
  value: unknown,
  name: string,
  { param = {} }: Pick<RunOptions, 'param'>,
): void {
  if (value === undefined || !(name in param)) return;
  throw new UserError('usage', `${option} and --param ${name} say the same thing.`, 'Give one of them.');
}

/** ε as a number or a fraction ("8/255"). */
export function parseEpsilon(text: string): number {
  const value = numberOf(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Use a number such as 0.01, or a fraction such as 8/255');
  return value;
}

/** Any number; what it may be is said where it is used. */
export function parseNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Use a number');
  return value;
}

/** Values of an option that is given several times. */
export function collect(text: string, others: readonly string[] = []): readonly string[] {
  return [...others, text];
}

function parseCount(text: string): number {
  return parseInteger(text, 0, 1024);
}

function parseTop(text: string): number {
  return parseInteger(text, 1, 1e6);
}

function parseSeed(text: string): number {
  return parseInteger(text, 0, 2 ** 32 - 1);
}

function parseInteger(text: string, minimum: number, maximum: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isInteger(value) || value < minimum || value > maximum)
    throw new InvalidArgumentError(`Use an integer from ${minimum} to ${maximum}`);
  return value;
}

function collectParameter(
  text: string,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const separator = text.indexOf('=');
  if (separator < 1)
    throw new UserError(
      'usage',
      `"${text}" is no parameter.`,
      'Write --param name=value, such as --param clamp=false.',
    );
  const name = text.slice(0, separator);
  if (name in others)
    throw new UserError('usage', `The parameter "${name}" is given twice.`, 'Give each parameter once.');
  return { ...others, [name]: text.slice(separator + 1) };
}

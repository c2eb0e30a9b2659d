import path from 'node:path';
import { parseArgs } from 'node:util';
import type { EngineChoice } from '../src/core/model/modelInfo';
import { TASKS, type Task } from './taskNames';

export interface Options {
  readonly tasks: readonly Task[];
  /** Names of models to measure; empty: all. */
  readonly models: readonly string[];
  /** Further models to measure, by path. */
  readonly paths: readonly string[];
  /** Contenders to measure; empty: all. */
  readonly engines: readonly string[];
  readonly threads: number;
  readonly rounds: number;
  /** Whether anything is written. */
  readonly quick: boolean;
  readonly force: boolean;
  /** Whether training is measured: and nothing else, beside the models, or not at all. */
  readonly training: 'only' | 'too' | 'none';
  readonly python: string;
  readonly tensorflowModule: string | undefined;
  readonly against: Against | undefined;
}

/** This checkout is compared with another one, and with nothing else. */
export interface Against {
  /** Folder of the other one. */
  readonly checkout: string;
  readonly engines: readonly EngineChoice[];
  /** A slower row makes the comparison fail. */
  readonly fail: boolean;
}

export const USAGE = `npm run bench -- [options]
  --against <checkout>       compare with another checkout of this repository, and with nothing else; writes nothing
  --fail                     end with 1 if the comparison finds a row slower than there
  --quick                    three rounds, gradient only unless --only says otherwise; prints, writes nothing;
                             with --against: fewer rounds and models, and none of the bench's own loops
  --only <task,…>            ${TASKS.join(', ')}
  --training                 measure training, with and without watching, and nothing else
  --models <name,…>          only these models
  --model <path>             a model file or folder of yours too (may be repeated)
  --engines <name,…>         only these contenders: onnx, tensorflow, wasm, cpu, eager, fused
                             with --against: auto (as for a user), onnx, tensorflow, wasm, cpu
  --threads <n>              threads of every contender (2)
  --rounds <n>               turns of each contender (9); with --against: pairs of processes (12, --quick: 8)
  --tensorflow-module <dir>  where @tensorflow/tfjs-node is, if not here
  --force                    measure although the machine is busy
PyTorch takes part where python3, or the interpreter named by GRADIENT_LENS_PYTHON, can import torch.`;

const LEAST_ROUNDS = 7;
/** Fewer have no quartiles. */
const LEAST_PAIRS = 4;
const ENGINES = ['auto', 'onnx', 'tensorflow', 'wasm', 'cpu'] as const satisfies readonly EngineChoice[];

/** Reads the command line; undefined: only the usage was asked for. Throws what is wrong with it. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      models: { type: 'string' },
      model: { type: 'string', multiple: true, default: [] },
      engines: { type: 'string' },
      threads: { type: 'string', default: '2' },
      rounds: { type: 'string' },
      'tensorflow-module': { type: 'string' },
      force: { type: 'boolean', default: false },
      training: { type: 'boolean', default: false },
      against: { type: 'string' },
      fail: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { quick, against } = values;
  if (values.fail && against === undefined) throw new Error('--fail wants --against.');
  return {
    tasks: tasksOf(values.only, quick, against !== undefined),
    models: list(values.models ?? ''),
    paths: values.model,
    engines: list(values.engines ?? ''),
    threads: positive(values.threads, '--threads'),
    rounds: roundsOf(values.rounds, quick, against !== undefined),
    quick,
    force: values.force,
    training: values.training ? 'only' : against === undefined || values.only !== undefined ? 'none' : 'too',
    python: process.env.GRADIENT_LENS_PYTHON ?? 'python3',
    tensorflowModule: values['tensorflow-module'],
    against:
      against === undefined
        ? undefined
        : { checkout: path.resolve(against), engines: enginesOf(values.engines ?? 'auto'), fail: values.fail },
  };
}

function tasksOf(only: string | undefined, quick: boolean, compares: boolean): readonly Task[] {
  const usual = compares ? TASKS.filter((task) => !quick || !task.endsWith('-loop')) : quick ? ['gradient'] : TASKS;
  const asked = only === undefined ? usual : list(only);
  const unknown = asked.filter((task) => !TASKS.some((each) => each === task));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: there are ${TASKS.join(', ')}.`);
  return TASKS.filter((task) => asked.includes(task));
}

function enginesOf(text: string): readonly EngineChoice[] {
  const unknown = list(text).filter((name) => !ENGINES.some((each) => each === name));
  if (unknown.length > 0)
    throw new Error(`--engines ${unknown.join(', ')}: with --against there are ${ENGINES.join(', ')}.`);
  return ENGINES.filter((engine) => list(text).includes(engine));
}

function roundsOf(text: string | undefined, quick: boolean, compares: boolean): number {
  const rounds = text === undefined ? undefined : positive(text, '--rounds');
  if (compares) return Math.max(LEAST_PAIRS, rounds ?? (quick ? 8 : 12));
  return quick ? 3 : Math.max(LEAST_ROUNDS, rounds ?? 9);
}

function list(text: string): readonly string[] {
  return text.split(',').filter((part) => part !== '');
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} wants a whole number above 0.`);
  return value;
}

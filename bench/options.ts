import { parseArgs } from 'node:util';
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
  /** Training is measured, and nothing else. */
  readonly training: boolean;
  readonly python: string;
  readonly tensorflowModule: string | undefined;
}

export const USAGE = `npm run bench -- [options]
  --quick                    three rounds, gradient only unless --only says otherwise; prints, writes nothing
  --only <task,…>            ${TASKS.join(', ')}
  --training                 measure training, with and without watching, and nothing else
  --models <name,…>          only these models
  --model <path>             a model file or folder of yours too (may be repeated)
  --engines <name,…>         only these contenders: onnx, tensorflow, wasm, cpu, eager, fused
  --threads <n>              threads of every contender (2)
  --rounds <n>               turns of each contender (9)
  --tensorflow-module <dir>  where @tensorflow/tfjs-node is, if not here
  --force                    measure although the machine is busy
PyTorch takes part where python3, or the interpreter named by GRADIENT_LENS_PYTHON, can import torch.`;

const LEAST_ROUNDS = 7;

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
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const quick = values.quick;
  const asked = list(values.only ?? (quick ? 'gradient' : TASKS.join(',')));
  const unknown = asked.filter((task) => !TASKS.some((each) => each === task));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: there are ${TASKS.join(', ')}.`);
  return {
    tasks: TASKS.filter((task) => asked.includes(task)),
    models: list(values.models ?? ''),
    paths: values.model,
    engines: list(values.engines ?? ''),
    threads: positive(values.threads, '--threads'),
    rounds: quick ? 3 : Math.max(LEAST_ROUNDS, positive(values.rounds ?? '9', '--rounds')),
    quick,
    force: values.force,
    training: values.training,
    python: process.env.GRADIENT_LENS_PYTHON ?? 'python3',
    tensorflowModule: values['tensorflow-module'],
  };
}

function list(text: string): readonly string[] {
  return text.split(',').filter((part) => part !== '');
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} wants a whole number above 0.`);
  return value;
}

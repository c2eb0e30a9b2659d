import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { registerDilatedDepthwise } from './kernels/dilatedDepthwise';
import type { EngineOptions } from './options';
import { moduleFolder } from './moduleFolder';

let loaded: Promise<void> | undefined;

/**
 * Loads `@tensorflow/tfjs-node`, which registers the backend `tensorflow`, from this program's modules or from
 * `options.tensorflowModule`. Rejects with the reason if it, or its native part, is not there; tried once a process and place.
 */
export async function loadNative(options: EngineOptions): Promise<void> {
  loaded ??= Promise.resolve(options).then(attempt);
  try {
    await loaded;
  } catch (error) {
    loaded = undefined;
    throw error;
  }
}

function attempt(options: EngineOptions): void {
  requireModule(options);
  registerDilatedDepthwise();
}

function requireModule({ threads, tensorflowModule }: EngineOptions): void {
  restoreRemovedUtilities();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // On some processors gradients through oneDNN are off: by 18 % for a MobileNet whose scores were right.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  if (threads !== undefined && threads > 0) {
    for (const name of ['TF_NUM_INTRAOP_THREADS', 'OMP_NUM_THREADS']) process.env[name] ??= String(threads);
  }
  const name = '@tensorflow/tfjs-node';
  if (tensorflowModule !== undefined) {
    const place = path.resolve(tensorflowModule);
    const require = createRequire(path.join(place, 'index.js'));
    try {
      require(name);
    } catch {
      require(place);
    }
    return;
  }
  try {
    createRequire(path.join(moduleFolder(), 'index.js'))(name);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'MODULE_NOT_FOUND') throw new Error('it is not installed', { cause: error });
    throw error instanceof Error && /native addon|libtensorflow|\.node/.test(error.message)
      ? new Error('its native part is not installed', { cause: error })
      : error;
  }
}

/** tfjs-node 4.22 calls two functions of `util` that Node 23 removed. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>;
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

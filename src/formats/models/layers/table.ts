import { ACTIVATION_LAYERS } from './activations';
import { APPLICATIONS } from './applications';
import { CONVOLUTIONS } from './convolutions';
import { DENSE, multiHeadAttention } from './dense';
import { upSampling } from './enlargements';
import { isJsonArray, isJsonObject, arrayAt, objectAt, stringAt, type JsonObject } from '../../json/json';
import { MERGES } from './merges';
import { NORMALIZATIONS } from './normalizations';
import { operationName, readOperation } from './operations';
import { POOLINGS } from './poolings';
import type { LayerReader } from './scope';
import { isTrainingOnly, trainingLayer } from './noises';
import { SEQUENCES } from './sequences';
import { SHAPES } from './shapes';

const READERS: Readonly<Record<string, LayerReader>> = {
  ...ACTIVATION_LAYERS,
  ...APPLICATIONS,
  ...CONVOLUTIONS,
  ...SEQUENCES,
  ...DENSE,
  ...MERGES,
  ...NORMALIZATIONS,
  ...POOLINGS,
  ...SHAPES,
  UpSampling2D: upSampling,
  MultiHeadAttention: multiHeadAttention,
};

const WITH_CODE: ReadonlySet<string> = new Set(['Lambda', 'TFSMLayer', 'TorchModuleWrapper', 'JaxLayer', 'FlaxLayer']);

/** What reads layers of this description. Throws for layers that carry code and for those that are not known. */
export function readerOf(className: string, layer: JsonObject): LayerReader {
  const shown = className.slice(0, 80) || '?';
  if (WITH_CODE.has(className)) throw new Error(`${shown} carries code, which is never run`);
  if (isOperation(className, layer)) return operation(shown);
  const module = stringAt(layer, 'module');
  if (className.includes('>') || (module !== undefined && !/^(keras|tf_keras|tensorflow|builtins)\b/.test(module)))
    throw new Error(`${shown} is a class of its author's own, whose code is not in the file`);
  if (isTrainingOnly(className)) return trainingLayer;
  const reader = Object.hasOwn(READERS, className) ? READERS[className] : undefined;
  if (reader === undefined) throw new Error(`layers of the kind ${shown} are not known`);
  return reader;
}

/** Is this a function between layers rather than a layer. */
export function isOperation(className: string, layer: JsonObject): boolean {
  const module = stringAt(layer, 'module');
  if (className === 'TFOpLambda' || className === 'SlicingOpLambda' || /^keras\.(src\.)?ops\b/.test(module ?? ''))
    return true;
  const [call] = arrayAt(layer, 'inbound_nodes') ?? [];
  const config = objectAt(layer, 'config') ?? {};
  const isLayer = Object.hasOwn(config, 'trainable') || Object.hasOwn(config, 'layers');
  if (module !== undefined || !isJsonObject(call) || isLayer) return false;
  // Keras 3's .h5 files do not say the module; a function has none of what every layer is configured with, and is called otherwise.
  const [first, ...others] = arrayAt(call, 'args') ?? [];
  if (!Object.hasOwn(READERS, className)) return !isTrainingOnly(className);
  if (className === 'Reshape') return !Object.hasOwn(config, 'target_shape');
  return Object.hasOwn(MERGES, className) && (others.length > 0 || !isJsonArray(first));
}

function operation(shown: string): LayerReader {
  return (scope) => {
    const name = operationName(scope);
    const value = readOperation(scope, name);
    if (value === undefined)
      throw new Error(`the function ${name.slice(0, 80)} (${shown}) is not known with these arguments`);
    return value;
  };
}

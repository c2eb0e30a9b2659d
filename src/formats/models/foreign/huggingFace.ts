import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isJsonObject, numberAt, stringAt, type JsonValue } from '../../json/json';
import type { Foreign, Place } from './place';

/** Of files that hold no network. */
export const WEIGHTS_ALONE = 'which do not say how they are connected';

const LARGEST_CONFIG = 1024 ** 2;

/** Weights beside the configuration that Hugging Face's libraries or timm write, which say what network they are of. */
export function huggingFaceFolder({ file, name, siblings }: Omit<Place, 'head'>): Foreign | undefined {
  const folder = path.dirname(file);
  const config = siblings.includes('config.json') ? readConfig(path.join(folder, 'config.json')) : undefined;
  if (!isJsonObject(config)) return undefined;
  const architecture = stringAt(config, 'architecture');
  if (architecture !== undefined && 'pretrained_cfg' in config)
    return {
      what: `holds weights of timm's ${architecture} without the network`,
      next: `Export it: model = timm.create_model("${architecture}", num_classes=${numberAt(config, 'num_classes') ?? 1000}, checkpoint_path="${name}").eval(); torch.onnx.export(model, torch.zeros(1, 3, 224, 224), "model.onnx"), with the size of its pictures.`,
    };
  if (stringAt(config, 'model_type') === undefined) return undefined;
  return {
    what: `holds weights of a Hugging Face model (${stringAt(config, 'model_type')!}) without the network`,
    next: `Export its folder with “optimum-cli export onnx --model ${path.basename(folder)} --task image-classification ONNX-FOLDER”, or choose the repository's own onnx/model.onnx.`,
  };
}

function readConfig(file: string): JsonValue | undefined {
  try {
    if (!existsSync(file) || statSync(file).size > LARGEST_CONFIG) return undefined;
    return JSON.parse(readFileSync(file, 'utf8')) as JsonValue;
  } catch {
    return undefined;
  }
}

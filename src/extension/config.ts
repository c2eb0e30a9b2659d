import type { ConfigurationChangeEvent, ConfigurationScope } from 'vscode';
import { workspace } from 'vscode';
import type { EngineChoice } from '../core/model/modelInfo';
import type { Reader } from '../protocol/read';
import { array, choice, number, string } from '../protocol/read';
import type { ModelSetting } from './models/modelSetting';
import { modelSetting } from './models/modelSetting';

/** One setting: its value is checked, because settings files are written by hand; a wrong one counts as absent. */
class Setting<T> {
  constructor(
    readonly id: string,
    private readonly reader: Reader<T>,
    private readonly fallback: T,
  ) {}

  read(scope?: ConfigurationScope): T {
    const value: unknown = workspace.getConfiguration('gradientLens', scope).get(this.id);
    if (value === undefined || value === null) return this.fallback;
    try {
      return this.reader(value);
    } catch {
      return this.fallback;
    }
  }

  changedBy(event: ConfigurationChangeEvent): boolean {
    return event.affectsConfiguration(`gradientLens.${this.id}`);
  }
}

const engineChoices: readonly EngineChoice[] = ['auto', 'onnx', 'tensorflow', 'wasm', 'cpu'];

export const settings = {
  models: new Setting<readonly ModelSetting[]>('models', array(modelSetting), []),
  engine: new Setting('engine', choice(engineChoices), 'auto'),
  threads: new Setting('threads', number(0, 256), 0),
  /** Megabytes; 0: the engine's own. */
  memoryLimit: new Setting('memoryLimit', number(0, 1e6), 0),
  limitMegapixels: new Setting('image.limitMegapixels', number(1, 1000), 100),
  resultsLimit: new Setting('results.limit', number(1, 10_000), 200),
  attackEpsilon: new Setting('attack.epsilon', number(0, 1), 0.01),
  defaultMethod: new Setting('defaultMethod', string(100), 'gradient-x-input'),
  tensorflowModule: new Setting('tensorflowModule', string(4096), ''),
  /** Where training runs go, absolute or relative to the workspace folder. */
  trainingFolder: new Setting('training.folder', string(4096), 'gradient-lens-runs'),
} as const;

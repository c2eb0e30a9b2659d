import type { ConfigurationChangeEvent, ConfigurationScope } from 'vscode';
import { workspace } from 'vscode';
import { ENGINE_CHOICES } from '../core/model/modelInfo';
import { choice, list, text } from '../core/schema/kinds';
import { number } from '../core/schema/numbers';
import type { Of, Schema } from '../core/schema/schema';
import { readIf } from '../core/schema/schema';
import { modelSetting } from './modelSetting';

/** One setting: its value is checked, because settings files are written by hand; a wrong one counts as absent. */
class Setting<S extends Schema> {
  constructor(
    readonly id: string,
    readonly schema: S,
    private readonly fallback: Of<S>,
  ) {}

  read(scope?: ConfigurationScope): Of<S> {
    const value: unknown = workspace.getConfiguration('gradientLens', scope).get(this.id);
    return readIf(this.schema, value) ?? this.fallback;
  }

  changedBy(event: ConfigurationChangeEvent): boolean {
    return event.affectsConfiguration(`gradientLens.${this.id}`);
  }
}

export const settings = {
  models: new Setting('models', list(modelSetting), []),
  engine: new Setting('engine', choice(ENGINE_CHOICES), 'auto'),
  threads: new Setting('threads', number(0, 256), 0),
  /** Megabytes; 0: the engine's own. */
  memoryLimit: new Setting('memoryLimit', number(0, 1e6), 0),
  limitMegapixels: new Setting('image.limitMegapixels', number(1, 1000), 100),
  resultsLimit: new Setting('results.limit', number(1, 10_000), 200),
  attackEpsilon: new Setting('attack.epsilon', number(0, 1), 0.01),
  defaultMethod: new Setting('defaultMethod', text(100), 'gradient-x-input'),
  tensorflowModule: new Setting('tensorflowModule', text(4096), ''),
  /** Where training runs go, absolute or relative to the workspace folder. */
  trainingFolder: new Setting('training.folder', text(4096), 'gradient-lens-runs'),
} as const;

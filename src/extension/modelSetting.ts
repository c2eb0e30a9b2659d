import type { ModelReference } from '../core/model/modelInfo';
import { anyObject, either, object, possible, text } from '../core/schema/kinds';
import type { Of } from '../core/schema/schema';

const path = text(4096);

/** An entry of the setting `gradientLens.models`. */
export const modelSetting = object({
  path,
  name: possible(text(200)),
  /** Path of a file with one class name a line. */
  labels: possible(path),
  /** A description, which the engine checks as it does a file's, or the path of one (`lens.json`). */
  spec: possible(either(path, anyObject, 'a path or a description')),
});

export type ModelSetting = Of<typeof modelSetting>;

/** What the engine needs to load the model of `setting`; `resolve` makes a path absolute. */
export function modelReference(setting: ModelSetting, resolve: (path: string) => string): ModelReference {
  const { labels, spec: description } = setting;
  return {
    path: resolve(setting.path),
    ...(setting.name === undefined ? {} : { name: setting.name }),
    ...(labels === undefined ? {} : { labelsPath: resolve(labels) }),
    ...(description === undefined
      ? {}
      : typeof description === 'string'
        ? { specPath: resolve(description) }
        : { spec: description }),
  };
}

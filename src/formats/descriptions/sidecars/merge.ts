import type { PreprocessingPreset } from '../../../core/image/inputChoices';
import type { ModelSpec } from '../../../core/model/modelSpec';
import type { Sidecar } from './sidecar';

type Input = NonNullable<ModelSpec['input']>;

/** A description completed by what tools left beside the model. */
export interface Completed {
  readonly input?: Input;
  /** Whose word the scaling of pixels is, for people; undefined: nobody's. */
  readonly scalingSource?: string;
  /** Whose the resizing is, where that is another one's. */
  readonly resizingSource?: string;
  readonly warnings: readonly string[];
}

const SCALING = ['preset', 'range', 'mean', 'std'] as const;
const RESIZING = ['resize', 'interpolation', 'resizeTo', 'cropFraction', 'antialias', 'rounded', 'cropOffset', 'padColor'] as const; // prettier-ignore

/**
 * Scaling, resizing and the order of the colours each come from the first that says any of it, the description itself before all
 * others: halves of two pipelines make none. Warnings are those of sources that are believed.
 */
export function completeInput(own: Input | undefined, ownSource: string, sidecars: readonly Sidecar[]): Completed {
  const said = [{ source: ownSource, input: own ?? {}, warnings: [] as readonly string[] }, ...sidecars];
  const saying = (keys: readonly (keyof Input)[]) => said.find(({ input }) => input && keys.some((key) => key in input)); // prettier-ignore
  const [scaling, resizing] = [saying(SCALING), saying(RESIZING)];
  const color = own?.color ?? (scaling?.source === ownSource ? undefined : scaling?.input?.color) ?? (scaling ? undefined : saying(['color'])?.input?.color); // prettier-ignore
  const input: Input = {
    ...own,
    ...pick(scaling?.input, SCALING),
    ...pick(resizing?.input, RESIZING),
    ...(color && { color }),
  };
  const believed = new Set([scaling, resizing]);
  return {
    ...(Object.keys(input).length > 0 && { input }),
    ...(scaling && { scalingSource: scaling.source }),
    ...(resizing && resizing.source !== (scaling?.source ?? ownSource) && { resizingSource: resizing.source }),
    warnings: [...believed].flatMap((source) => source?.warnings ?? []),
  };
}

/** The same with pixels scaled and colours ordered by a preset that somebody chose; resizing stays. */
export function chosenPreset(preset: PreprocessingPreset | undefined, completed: Completed): Completed {
  if (preset === undefined) return completed;
  const { scalingSource, resizingSource = scalingSource } = completed;
  const input = pick(completed.input, ['height', 'width', ...RESIZING]);
  const isResized = RESIZING.some((key) => key in input);
  return {
    ...completed,
    input: { ...input, preset },
    scalingSource: 'chosen',
    ...(isResized && resizingSource !== undefined && { resizingSource }),
  };
}

function pick(input: Input | undefined, keys: readonly (keyof Input)[]): Input {
  return Object.fromEntries(Object.entries(input ?? {}).filter(([key]) => (keys as readonly string[]).includes(key)));
}

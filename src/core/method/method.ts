import type { ModelInput } from '../model/modelInfo';
import type { Cost } from './description';
import type { ParameterDeclaration, ParameterValues } from './parameters';
import { resolveParameters } from './parameters';

/** What of a model decides how often a method asks it. */
export type ModelSize = Pick<ModelInput, 'height' | 'width' | 'channels'>;

/** The model that catalogues count for. */
export const REFERENCE_SIZE: ModelSize = { height: 224, width: 224, channels: 3 };

/** What every method has besides its description: neither travels between processes. */
export interface MethodFunctions {
  /** How many images the model will be asked for, at most, besides the one prediction that every result begins with. */
  readonly cost: (parameters: ParameterValues, size: ModelSize) => Cost;
  readonly run: unknown;
}

interface Described {
  readonly run: unknown;
  /** Absent where it depends on what is given, such as a folder of checkpoints. */
  readonly cost?: MethodFunctions['cost'];
  readonly parameters: readonly ParameterDeclaration[];
}

/** A method as catalogues list it: without its functions, which cannot travel, with its cost at the defaults. */
export function describeMethod<Method extends Described>(
  method: Method,
): Omit<Method, keyof MethodFunctions> & { readonly defaultCost?: Cost } {
  const defaultCost = method.cost?.(resolveParameters(method.parameters, {}), REFERENCE_SIZE);
  const description: Omit<Method, keyof MethodFunctions> & Partial<MethodFunctions> = { ...method };
  delete (description as { run?: unknown }).run;
  delete (description as { cost?: unknown }).cost;
  return { ...description, ...(defaultCost && { defaultCost }) };
}

/** The cost of methods that look at the image once, forwards and backwards. */
export const ONE_GRADIENT = (): Cost => ({ predictions: 0, gradients: 1 });

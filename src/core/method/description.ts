import { choice, list, object, possible, text } from '../schema/kinds';
import { count } from '../schema/numbers';
import type { Of } from '../schema/schema';
import { parameterDeclaration } from './parameters';

/** How a method goes about it: those of attributions, then those of attacks, then what metrics look for. */
const METHOD_FAMILIES = [
  'gradient',
  'path',
  'layer',
  'perturbation',
  'training',
  'single-step',
  'iterative',
  'minimum-norm',
  'faithfulness',
  'robustness',
] as const;

/**
 * What a method asks for besides predictions of one image: derivatives, values of layers, a variant of the model, the model at
 * several moments of its training, a set of images, the method that is measured.
 */
const METHOD_NEEDS = ['gradient', 'layers', 'variant', 'checkpoints', 'set', 'method'] as const;

const cost = object({
  /** Images that are looked at forwards only. */
  predictions: count,
  /** Images that are looked at forwards and backwards. */
  gradients: count,
  /** Images that the method which is measured is asked for, at its own cost; of metrics. */
  attributions: possible(count),
});

/** How many images the model is asked for. */
export type Cost = Of<typeof cost>;

/** What is said of every method, whatever it makes. */
export const descriptionEntries = {
  /** Public name: settings, records, command line, docs. */
  id: text(100),
  label: text(),
  /** One sentence. */
  summary: text(),
  formula: text(),
  /** Paper or text that defines it. */
  source: text(),
  family: choice(METHOD_FAMILIES),
  /** Empty for methods that ask for predictions alone. */
  needs: list(choice(METHOD_NEEDS)),
  parameters: list(parameterDeclaration),
  /** In catalogues: at the defaults, for a model that takes `REFERENCE_SIZE`; absent: it depends on what is given. */
  defaultCost: possible(cost),
};

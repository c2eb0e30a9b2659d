import { flag, list, text } from '../schema/kinds';
import { parameterDeclaration } from './parameters';

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
  /** False for methods that call the model only forward. */
  needsGradient: flag,
  parameters: list(parameterDeclaration),
};

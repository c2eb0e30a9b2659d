import type { ParameterDeclaration, ParameterValue } from '../method/parameters';
import { kindOf, type ResultRecord } from './kinds';

/** A result in a list. */
export interface Listed {
  readonly record: ResultRecord;
}

/** Results of one request: the same picture, model, method, parameters and goal; newest first, at least one. */
export interface Row<Item extends Listed> {
  readonly key: string;
  readonly runs: readonly Item[];
}

/** The rows of one model; there is a level for it where a picture has results of several. */
export interface ModelGroup<Item extends Listed> {
  readonly key: string;
  readonly rows: readonly Row<Item>[];
}

/** The rows of one picture. */
export interface PictureGroup<Item extends Listed> {
  readonly key: string;
  readonly models: readonly ModelGroup<Item>[];
}

/** What a list knows of a method. */
export interface ListedMethod {
  readonly label: string;
  readonly parameters: readonly ParameterDeclaration[];
}

/** Results by picture, then by model, then by what was asked; each in the order in which it first appears in `items`. */
export function grouped<Item extends Listed>(items: readonly Item[]): readonly PictureGroup<Item>[] {
  return groups(items, ({ record: { image } }) => image.path ?? image.hash).map(([key, ofPicture]) => ({
    key,
    models: groups(ofPicture, ({ record }) => record.model.path).map(([model, ofModel]) => ({
      key: model,
      rows: groups(ofModel, requestKey).map(([request, runs]) => ({ key: request, runs })),
    })),
  }));
}

/** The same for two results exactly if they answer the same request, of the same files. */
function requestKey({ record }: Listed): string {
  const { image, model, parameters, seed } = record;
  const inOrder = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    record.kind,
    image.hash,
    model.hash,
    model.engine,
    kindOf(record).asked(record),
    inOrder,
    seed,
  ]);
}

/** Whether `after` asks what `before` asked with another number: what a control that is moved leaves behind. */
export function isAdjusted(before: ResultRecord, after: ResultRecord): boolean {
  const others = Object.keys({ ...before.parameters, ...after.parameters }).filter(
    (id) => before.parameters[id] !== after.parameters[id],
  );
  const isNumber = (value: ParameterValue | undefined): boolean => typeof value === 'number';
  if (others.length !== 1 || !others.every((id) => isNumber(before.parameters[id]) && isNumber(after.parameters[id])))
    return false;
  const withThose = { ...after, parameters: before.parameters };
  const sizeless = (record: ResultRecord): ResultRecord => ({ ...record, ...('epsilon' in record && { epsilon: 0 }) });
  return requestKey({ record: sizeless(before) }) === requestKey({ record: sizeless(withThose) });
}

/**
 * What tells a row from the others of its picture and model: the method, the size of the change, and the parameters that are other
 * than the method's own or than those of another row of the method.
 */
export function rowLabel<Item extends Listed>(
  { runs: [newest] }: Row<Item>,
  siblings: readonly Row<Item>[],
  methodOf: (record: ResultRecord) => ListedMethod | undefined,
): string {
  const { record } = newest!;
  const kind = kindOf(record);
  const method = methodOf(record);
  const alike = siblings
    .map(({ runs: [other] }) => other!.record)
    .filter((other) => other.kind === record.kind && kind.methodOf(other) === kind.methodOf(record));
  const told = Object.entries(record.parameters).filter(([id, value]) => {
    if (id === 'epsilon' && 'epsilon' in record) return false;
    const usual = method?.parameters.find((parameter) => parameter.id === id)?.default;
    return (usual !== undefined && usual !== value) || alike.some((other) => other.parameters[id] !== value);
  });
  const values = told.map(([id, value]) => parameterWords(id, value, method?.parameters ?? []));
  return [method?.label ?? kind.methodOf(record), ...kind.details(record), ...values].join(', ');
}

/** What came of it: the class, or the change of class and whether the goal was reached. */
export function rowOutcome(record: ResultRecord): string {
  const { headline, verdict } = kindOf(record);
  return [headline(record), verdict(record)].filter((words) => words !== undefined).join(', ');
}

function parameterWords(id: string, value: ParameterValue, declared: readonly ParameterDeclaration[]): string {
  const parameter = declared.find((each) => each.id === id);
  const label = parameter?.label.toLowerCase() ?? id;
  if (typeof value === 'boolean') return value ? label : `no ${label}`;
  if (typeof value === 'number') return `${label} ${Number(value.toPrecision(3))}`;
  const choice = parameter?.type === 'choice' ? parameter.choices.find((each) => each.id === value) : undefined;
  return `${label} ${choice?.label.toLowerCase() ?? value}`;
}

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): [string, Item[]][] {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = found.get(key);
    if (known) known.push(item);
    else found.set(key, [item]);
  }
  return [...found];
}

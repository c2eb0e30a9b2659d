import type { RawMap } from '../../image/pixels';
import type { Schema } from '../../schema/schema';
import type { ExportFormat } from '../exportFormats';
import type { ClassScore, ModelFacts } from '../record';

/** The shape of an array: rows, columns, channels. */
export type ArrayShape = Pick<RawMap, 'height' | 'width' | 'channels'>;

/** One array of a result: float32, kept as NPY beside the record. */
export interface ResultArray<Kept> {
  readonly file: string;
  readonly shape: (record: Kept) => ArrayShape;
  /** One value a place may stand for all channels. */
  readonly mayBeFlat?: true;
}

/** A kind of result: everything that the store, the lists, exports and logs ask about it. */
export interface ResultKind<Id extends string, RecordSchema extends Schema, Kept> {
  readonly id: Id;
  readonly label: string;
  readonly record: RecordSchema;
  /** Its arrays besides the model's input, by the property of the result that holds them. */
  readonly arrays: Readonly<Record<string, ResultArray<Kept>>>;
  /** The list of the catalogue that has its methods, and which of them made a result. */
  readonly methods: 'attribution' | 'attack';
  readonly methodOf: (record: Kept) => string;
  /** A codicon. */
  readonly icon: string;
  /** A result in a few words: its class, or what became of it. */
  readonly headline: (record: Kept) => string;
  /** What was asked for besides picture, model, parameters and seed; plain JSON that is the same where the request was. */
  readonly asked: (record: Kept) => unknown;
  /** Whether that is what was wanted, in a few words; undefined where nothing is to be said. */
  readonly verdict: (record: Kept) => string | undefined;
  /** What is said of a result after its method, such as ε. */
  readonly details: (record: Kept) => readonly string[];
  /** What the model says of the changed image, where the kind changes it. */
  readonly after: { readonly title: string; readonly classes: (record: Kept) => readonly ClassScore[] } | undefined;
  /** What it can be exported as without a page that draws it. */
  readonly exports: readonly ExportFormat[];
  /** The array that is exported as raw values, and what the file's name says of it. */
  readonly raw: { readonly array: string; readonly suffix: string };
  /** The array that is laid over the picture. */
  readonly overlay: string | undefined;
  /** The array that is an image of its own. */
  readonly image: string | undefined;
}

/** The shape of what lies on the model's input. */
export function inputShape({ model }: { readonly model: ModelFacts }): ArrayShape {
  return model.input;
}

import type * as v from 'valibot';

type Schema = v.GenericSchema;
type Config = v.Config<v.BaseIssue<unknown>>;

/** What came of a value that fits; undefined: it does not. */
export type Taken = { readonly value: unknown } | undefined;

/** Tests of values that a schema takes as they are, kept beside it: a schema that is made of it asks for more. */
const tests = new WeakMap<Schema, (value: unknown) => boolean>();

/**
 * The same schema, but quick with what fits: `take` gives the value as declared where it does, and only for what does not the
 * library goes through it, to say where. Pages are sent frames of many images and names of many thousand classes.
 */
/* @__NO_SIDE_EFFECTS__ */
export function quick<S extends Schema>(schema: S, take: (value: unknown, config: Config) => Taken): S {
  return {
    ...schema,
    '~run'(dataset: v.UnknownDataset, config: Config) {
      const taken = take(dataset.value, config);
      return taken ? { typed: true, value: taken.value } : schema['~run'](dataset, config);
    },
  };
}

/** The same for values that are taken as they are where `test` holds. */
/* @__NO_SIDE_EFFECTS__ */
export function quickLeaf<S extends Schema>(schema: S, test: (value: unknown) => boolean): S {
  const leaf = quick(schema, (value) => (test(value) ? { value } : undefined));
  tests.set(leaf, test);
  return leaf;
}

/** Takes values as `schema` declares them. */
/* @__NO_SIDE_EFFECTS__ */
export function takerOf(schema: Schema): (value: unknown, config: Config) => Taken {
  return (value, config) => {
    const { issues, value: taken } = schema['~run']({ value }, config);
    return issues ? undefined : { value: taken };
  };
}

/** Whether a value is taken as it is; false says nothing. */
/* @__NO_SIDE_EFFECTS__ */
export function testOf(schema: Schema & { readonly wrapped?: Schema }): (value: unknown) => boolean {
  return tests.get(schema.wrapped ?? schema) ?? (() => false);
}

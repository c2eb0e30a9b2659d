import { attributionMethods, listedMethods } from '../../src/core/attribution/registry';

/** The part of the extension's manifest that lists methods. */
interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: Record<string, Record<string, unknown>> };
  };
}

const SETTING = 'gradientLens.defaultMethod';
const KEY = 'setting.defaultMethod';

/** The manifest whose setting for the first method offers those of the registry, its own texts by key. */
export function withMethods<T extends Manifest>(manifest: T): T {
  const { configuration } = manifest.contributes;
  const properties = {
    ...configuration.properties,
    [SETTING]: {
      ...configuration.properties[SETTING],
      default: attributionMethods[0]!.id,
      enum: listedMethods().map(({ id }) => id),
      markdownEnumDescriptions: listedMethods().map(({ id }) => `%${KEY}.${id}%`),
    },
  };
  return { ...manifest, contributes: { ...manifest.contributes, configuration: { ...configuration, properties } } };
}

/** The manifest's texts with each method's summary and formula where the first method's text stood. */
export function withMethodTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  const isOurs = (key: string): boolean => key.startsWith(`${KEY}.`);
  const entries = Object.entries(texts);
  const place = entries.findIndex(([key]) => isOurs(key) || key === KEY);
  const ours = listedMethods().map(({ id, summary, formula }): [string, string] => [
    `${KEY}.${id}`,
    `${summary}\n\n\`${formula}\``,
  ]);
  const [before, after] = [entries.slice(0, place), entries.slice(place)].map((part) =>
    part.filter(([key]) => !isOurs(key)),
  ) as [[string, string][], [string, string][]];
  return Object.fromEntries([...before, ...ours, ...after]);
}

import type { ModelDescription } from '../formats/descriptions/description';
import type { TfliteDescription } from '../formats/models/tflite/metadata';
import type { ModelReference } from '../core/model/modelInfo';

const SOURCE = "the file's own metadata";

/**
 * A model's description with what its TFLite file says of itself where the description does not speak: the scaling of pixels, and class
 * names before those of a labels.txt that merely lies beside it.
 */
export function withTfliteWord(
  description: ModelDescription,
  reference: ModelReference,
  found: TfliteDescription,
): ModelDescription {
  const { spec, specSource, labelSource } = description;
  const said = spec.input ?? {};
  const isScaled = [said.preset, said.range, said.mean, said.std].some((each) => each !== undefined);
  const { normalisation, labels } = found;
  const scaling = isScaled || normalisation === undefined ? undefined : { range: [0, 255] as const, ...normalisation };
  const isNamed = reference.labelsPath !== undefined || spec.labels !== undefined || spec.classes !== undefined;
  const named = !isNamed && ['numbered', 'labels.txt'].includes(labelSource) ? labels : undefined;
  return {
    ...description,
    warnings: [...description.warnings, ...found.warnings, ...(named?.warnings ?? [])],
    ...(scaling && {
      spec: { ...spec, input: { ...said, ...scaling } },
      specSource: Object.keys(spec).length === 0 ? SOURCE : `${specSource} and ${SOURCE}`,
    }),
    ...(named && { labels: named.names, labelSource: `${named.file} in the file` }),
  };
}

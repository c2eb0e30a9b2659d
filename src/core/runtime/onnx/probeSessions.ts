import type { ModelInput } from '../../model/modelInfo';
import type { InputShape } from '../../model/modelInput';
import { createPreprocessing } from '../../model/preprocessing';
import { randomPixels, type Probe } from '../probe';
import type { Sessions } from './sessions';

/** Runs a model once on `count` random pictures. */
export async function probeSessions(
  sessions: Sessions,
  count: number,
  input: ModelInput,
  layout: InputShape['layout'],
): Promise<Probe> {
  const { height, width, channels } = input;
  const data = randomPixels(count * height * width * channels);
  const pixels = createPreprocessing(input, layout).toModel({ data, count, height, width, channels });
  const raw = await sessions.scores(pixels, count);
  return { raw, count, outputs: raw.length / count };
}

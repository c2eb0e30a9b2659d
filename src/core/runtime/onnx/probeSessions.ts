import type { ModelInput } from '../../model/modelInfo';
import { randomPixels, type Probe } from '../probe';
import type { Sessions } from './sessions';

/** Runs a model on `count` random pictures, one by one: the session for one picture is what is asked for next. */
export async function probeSessions(sessions: Sessions, count: number, input: ModelInput): Promise<Probe> {
  const size = input.height * input.width * input.channels;
  const pixels = randomPixels(count * size);
  const rows: Float32Array[] = [];
  for (let image = 0; image < count; image++)
    rows.push(await sessions.scores(pixels.slice(image * size, (image + 1) * size), 1));
  const outputs = rows[0]!.length;
  const raw = new Float32Array(count * outputs);
  rows.forEach((row, image) => raw.set(row, image * outputs));
  return { raw, count, outputs };
}

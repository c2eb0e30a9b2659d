import { UserError } from '../../core/errors';
import type { ModelInput } from '../../core/model/modelInfo';
import { differsFromFirst, probeOutputs, probePixels, type NetworkScores, type Probe } from '../probe';
import type { Sessions } from './sessions';

/**
 * Runs a model on probe pictures, one by one: the session for one picture is what is asked for next. Where the file fixes a batch of
 * several pictures, proves too that they do not influence one another; throws `UserError('model-unsupported')` if they do.
 * `mayDraw`: the network is not one that is known to give the same scores in every run, so that one picture is run again.
 */
export async function probeSessions(
  sessions: Sessions,
  input: ModelInput,
  unit: number,
  known: NetworkScores,
  mayDraw = false,
): Promise<Probe> {
  const run = async (pixels: Float32Array, others = pixels): Promise<Float32Array> => {
    const batch = new Float32Array(pixels.length * unit);
    for (let image = 0; image < unit; image++) batch.set(image === 0 ? pixels : others, image * pixels.length);
    const { raw } = await sessions.scores(unit === 1 ? pixels : batch, unit);
    return raw.slice(0, raw.length / unit);
  };
  const probe = await probeOutputs((pixels) => run(pixels), input, known);
  if (mayDraw && differsFromFirst(probe, await run(probePixels(input, 0)))) return { ...probe, isRandom: true };
  if (unit > 1) {
    const among = await run(probePixels(input, 0), probePixels(input, 1));
    const scale = Math.max(...probe.raw.map(Math.abs));
    if (!among.every((value, index) => Math.abs(value - probe.raw[index]!) <= 1e-4 * scale))
      throw new UserError(
        'model-unsupported',
        `The model was exported for ${unit} pictures at once, and what it says of one depends on the others.`,
        'Export it for one picture, or with an open batch.',
      );
  }
  return probe;
}

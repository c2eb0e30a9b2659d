import { throwIfCancelled, UserError } from '../../errors';
import { batchOf, type PixelImage } from '../../image/pixels';
import type { MethodContext } from '../../method/context';
import { countNonFinite, isAllZero } from '../../method/numbers';
import type { ParameterValues } from '../../method/parameters';
import { booleanValue, choiceValue } from '../../method/values';
import type { Classifier } from '../../model/classifier';
import type { ModelInfo } from '../../model/modelInfo';
import { checkAgreement } from './agreement';
import type { CheckpointSource, Integration, IntegrationSubject, Visit } from './checkpoint';
import { integrationWarnings } from './warnings';

/**
 * The training-integrated map g = Σₙ ∂J(O(a; θₙ), y)/∂a over the checkpoints θₙ, J the cross-entropy: height × width × channels, raw and
 * signed, in loss per pixel range, summed in float64. `reduction` = `mean`: g/N; `absolute`: Σₙ |∂J/∂a|; `timesInput`: ∘ a afterwards.
 * Checkpoints are opened one after the other and disposed; one that cannot be opened is left out and said. Throws `UserError` where
 * checkpoints differ in input or classes, or none can be opened; `CancelledError` between checkpoints.
 * Source: blbadger's "Input attribution".
 */
export async function integrate(
  sources: readonly CheckpointSource[],
  chooseSubject: (first: ModelInfo) => Promise<IntegrationSubject>,
  parameters: ParameterValues,
  context: MethodContext,
): Promise<Integration> {
  const magnitudes = booleanValue(parameters, 'absolute');
  const visited: Visit[] = [];
  const unreadable: { readonly name: string; readonly error: UserError }[] = [];
  let subject: IntegrationSubject | undefined;
  let sum = new Float64Array(0);
  for (const [index, { name, open }] of sources.entries()) {
    throwIfCancelled(context.signal);
    const classifier = await openOrNote(open, (error) => unreadable.push({ name, error }));
    if (classifier !== undefined)
      try {
        const { info } = classifier;
        const [first] = visited;
        if (first !== undefined) checkAgreement({ name: sources[first.index]!.name, info: first.info }, { name, info });
        subject ??= await chooseSubject(info);
        if (first === undefined) sum = new Float64Array(subject.image.data.length);
        const objective = { kind: 'cross-entropy', label: subject.label } as const;
        const { gradient, scores, values } = await classifier.gradient(batchOf(subject.image), [objective]);
        for (let at = 0; at < sum.length; at++) sum[at]! += magnitudes ? Math.abs(gradient[at]!) : gradient[at]!;
        visited.push({ index, info, loss: values[0]!, scores });
      } finally {
        await classifier.dispose();
      }
    context.progress?.(index + 1, sources.length);
  }
  throwIfCancelled(context.signal);
  if (subject === undefined) throw noneReadable(unreadable.map(({ error }) => error));
  const { height, width, channels } = subject.image;
  const data = finish(sum, subject.image, visited.length, parameters);
  const state = { nonFinite: countNonFinite(data), isZero: isAllZero(data) };
  const nameOf = ({ index }: Visit) => sources[index]!.name;
  return {
    map: { data, height, width, channels },
    visited,
    warnings: integrationWarnings(visited, nameOf, unreadable, state),
  };
}

/** Failures of one file do not stop the sum; all others do. */
const FILE_FAILURES: readonly UserError['code'][] = ['file-missing', 'model-unreadable', 'model-unsupported'];

async function openOrNote(
  open: CheckpointSource['open'],
  note: (error: UserError) => void,
): Promise<Classifier | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof UserError) || !FILE_FAILURES.includes(error.code)) throw error;
    note(error);
    return undefined;
  }
}

function finish(sum: Float64Array, image: PixelImage, count: number, parameters: ParameterValues): Float32Array {
  const divisor = choiceValue(parameters, 'reduction') === 'mean' ? count : 1;
  const timesInput = booleanValue(parameters, 'timesInput');
  return Float32Array.from(sum, (value, index) => (value / divisor) * (timesInput ? image.data[index]! : 1));
}

function noneReadable([first]: readonly UserError[]): UserError {
  if (first === undefined)
    return new UserError('file-missing', 'There are no checkpoints to sum over.', 'Choose a folder with checkpoints.');
  return new UserError(first.code, `None of the checkpoints can be opened; the first: ${first.message}`, first.hint);
}

import type { Graph } from '../core/graph/graph';
import { countOf } from '../core/countOf';

/** What is to be said of an ONNX file whose Dropout draws random numbers, which is left out of the network that is computed here. */
export function drawnDropoutWarnings({ nodes, constants }: Graph): readonly string[] {
  const value = (name: string | undefined, otherwise: number): number =>
    constants.get(name ?? '')?.data[0] ?? otherwise;
  const drawing = nodes.filter(
    ({ op, inputs: [, ratio, training] }) => op === 'Dropout' && value(training, 0) !== 0 && value(ratio, 0.5) !== 0,
  );
  if (drawing.length === 0) return [];
  return [
    `The file was exported in training mode: it draws random numbers in ${countOf(drawing.length, 'Dropout')}, so that its own runtime gives other scores in every run; here they are left out, as in inference.`,
  ];
}

/** The same of a Keras configuration with layers that are called with training=True. */
export function trainingCallWarnings(config: object): readonly string[] {
  const calls = JSON.stringify(config).match(/"training":true/g)?.length ?? 0;
  if (calls === 0) return [];
  return [
    `The model calls ${countOf(calls, 'layer')} in training mode (training=True), where Dropout draws random numbers and normalisation takes its statistics from the pictures at hand; here they are computed as in inference, so that Keras gives other scores.`,
  ];
}

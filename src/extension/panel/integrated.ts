import path from 'node:path';
import type { AttributionResult, Job, MethodDescription } from '../../engine/calls/service';
import type { ParameterValues } from '../../core/method/parameters';
import { integrationParameters } from '../../training/integrate/parameters';
import type { EngineHost } from '../engineHost';
import type { Subject } from '../images/subject';
import { imageReference } from '../images/subject';
import type { PanelIntegration } from './panelRequest';
import type { TrainingHost } from '../training/trainingHost';

/** How the panel names what is computed of a folder of checkpoints instead of one model. */
export const TRAINING_INTEGRATED: MethodDescription = {
  id: 'training-integrated',
  label: 'Training-integrated gradient',
  summary: 'The gradient of the loss, summed over the configurations that the model passed through in training.',
  formula: 'Σₙ ∂J(O(a; θₙ), y)/∂a',
  source: 'blbadger.github.io, input attribution integrated over training',
  family: 'training',
  needs: ['gradient', 'checkpoints'],
  display: 'diverging',
  parameters: integrationParameters,
};

/**
 * The sum over the checkpoints, with what a panel needs besides: the last checkpoint's scores, input and picture, which its
 * own loss gradient brings.
 */
export async function integrateOver(
  host: TrainingHost,
  engine: EngineHost,
  subject: Subject,
  { checkpoints, label, parameters }: PanelIntegration,
  job: Job,
): Promise<AttributionResult> {
  const image = await imageReference(subject);
  const request = { checkpoints, image, label, parameters: parameters as ParameterValues };
  const { record: integrated, map } = await host.calls.integrate(request, job);
  const last = integrated.checkpoints.at(-1)!;
  const isFile = /\.(json|onnx|keras|h5|hdf5)$/i.test(last.path);
  const model = { path: isFile ? last.path : path.join(last.path, 'model.json') };
  const { signal } = job;
  const shown = await engine.calls.attribute(
    { model, image, method: 'gradient', objective: 'cross-entropy', label: integrated.label.index },
    signal ? { signal } : {},
  );
  return {
    ...shown,
    map,
    record: {
      ...shown.record,
      method: TRAINING_INTEGRATED.id,
      parameters: integrated.parameters,
      label: integrated.label,
      statistics: integrated.statistics,
      warnings: [...new Set([...integrated.warnings, ...shown.record.warnings])],
      training: { folder: checkpoints, checkpoints: integrated.checkpoints },
    },
  };
}

import path from 'node:path';
import type { Command } from 'commander';
import type { Prediction } from '../../engine/calls/service';
import { UserError } from '../../core/errors';
import type { CommonOptions } from '../options';
import { addCommonOptions, addModelOption, addTopOption, modelRequest } from '../options';
import { reportFailure, warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatClasses } from '../table';
import { describeImage } from '../words';

interface PredictOptions extends CommonOptions {
  readonly top: number;
}

type Outcome =
  { readonly image: string; readonly prediction: Prediction } | { readonly image: string; readonly error: UserError };

/** `predict`: the most probable classes of each image; an image that fails does not stop the others. */
export function addPredictCommand(program: Command, session: Session): void {
  addTopOption(addModelOption(addCommonOptions(program.command('predict'))))
    .description('classify images')
    .argument('<image...>', 'picture files, or .npy files of pixels')
    .action(async (images: string[], options: PredictOptions) => {
      const outcomes: Outcome[] = [];
      for (const image of images) outcomes.push(await classify(session, image, options, images.length === 1));
      if (options.json) writeJson(session, documentOf(outcomes, options.top));
      else session.write(outcomes.flatMap((outcome) => describe(outcome, options.top)).join('\n'));
      for (const warning of new Set(outcomes.flatMap(warningsOf))) warn(warning);
    });
}

async function classify(session: Session, image: string, options: PredictOptions, only: boolean): Promise<Outcome> {
  const request = { ...modelRequest(options), image: { path: path.resolve(image) } };
  try {
    return { image, prediction: await session.service.predict(request, session.job) };
  } catch (error) {
    if (only || !(error instanceof UserError) || !isAboutImage(error)) throw error;
    reportFailure(error);
    session.fail(2);
    return { image, error };
  }
}

/** Failures of one image; the others concern the model, and so every image. */
function isAboutImage({ code }: UserError): boolean {
  return code.startsWith('image-') || code === 'file-missing';
}

function warningsOf(outcome: Outcome): readonly string[] {
  return 'prediction' in outcome ? outcome.prediction.warnings : [];
}

/** One image: its document; several: `{ kind: 'predictions', results }` with one document each, in the order given. */
function documentOf(outcomes: readonly Outcome[], top: number) {
  const documents = outcomes.map((outcome) => resultOf(outcome, top));
  return documents.length === 1 ? documents[0] : { kind: 'predictions', results: documents };
}

function resultOf(outcome: Outcome, top: number) {
  if ('error' in outcome) {
    const { code, message, hint } = outcome.error;
    return { kind: 'error', image: { path: path.resolve(outcome.image) }, error: { code, message, hint } };
  }
  const { prediction } = outcome;
  return {
    kind: 'prediction',
    ...prediction,
    engine: prediction.model.engine,
    classes: prediction.classes.slice(0, top),
  };
}

function describe(outcome: Outcome, top: number): string[] {
  if ('error' in outcome) return [];
  const { prediction } = outcome;
  return [`${describeImage(prediction)}\n${formatClasses(prediction.classes.slice(0, top))}`];
}

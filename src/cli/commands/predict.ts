import path from 'node:path';
import type { Command } from 'commander';
import type { Prediction } from '../../engine/calls/service';
import type { ImageOutcome } from '../eachImage';
import { eachImage, failureDocument } from '../eachImage';
import type { CommonOptions } from '../options';
import { addCommonOptions, addModelOption, addTopOption, modelRequest } from '../options';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatClasses } from '../table';
import { describeImage } from '../words';

interface PredictOptions extends CommonOptions {
  readonly top: number;
}

type Outcome = ImageOutcome<Prediction>;

/** `predict`: the most probable classes of each image; an image that fails does not stop the others. */
export function addPredictCommand(program: Command, session: Session): void {
  addTopOption(addModelOption(addCommonOptions(program.command('predict'))))
    .description('classify images')
    .argument('<image...>', 'picture files, or .npy files of pixels')
    .action(async (images: string[], options: PredictOptions) => {
      const outcomes = await eachImage(session, images, (image) =>
        session.service.predict({ ...modelRequest(options), image: { path: path.resolve(image) } }, session.job),
      );
      if (options.json) writeJson(session, documentOf(outcomes, options.top));
      else session.write(outcomes.flatMap((outcome) => describe(outcome, options.top)).join('\n'));
      for (const warning of new Set(outcomes.flatMap(warningsOf))) warn(warning);
    });
}

function warningsOf(outcome: Outcome): readonly string[] {
  return 'result' in outcome ? outcome.result.warnings : [];
}

/** One image: its document; several: `{ kind: 'predictions', results }` with one document each, in the order given. */
function documentOf(outcomes: readonly Outcome[], top: number) {
  const documents = outcomes.map((outcome) => resultOf(outcome, top));
  return documents.length === 1 ? documents[0] : { kind: 'predictions', results: documents };
}

function resultOf(outcome: Outcome, top: number) {
  if ('error' in outcome) return failureDocument(outcome);
  const { result } = outcome;
  return { kind: 'prediction', ...result, engine: result.model.engine, classes: result.classes.slice(0, top) };
}

function describe(outcome: Outcome, top: number): string[] {
  if ('error' in outcome) return [];
  const { result } = outcome;
  return [`${describeImage(result)}\n${formatClasses(result.classes.slice(0, top))}`];
}

import type { Command } from 'commander';
import { Option } from 'commander';
import { OBJECTIVE_KINDS, type ObjectiveKind } from '../core/model/classifier';
import type { AttributeRequest } from '../engine/calls/service';
import type { RunOptions } from './options';
import { modelRequest, runRequest } from './options';

/** What is asked of an attribution method. */
export interface AttributionOptions extends RunOptions {
  readonly method: string;
  readonly class?: string;
  readonly against?: string;
  readonly objective?: ObjectiveKind;
  readonly layer?: string;
}

/** `command` with the options that say which map is wanted. */
export function addAttributionOptions(command: Command): Command {
  return command
    .option('--method <id>', 'attribution method', 'gradient-x-input')
    .option('--class <class>', 'class index or name (default: the predicted class)')
    .option('--against <class>', 'explain why the class rather than this one: the difference of their logits')
    .addOption(
      new Option('--objective <kind>', 'what is differentiated (default: logit)').choices([...OBJECTIVE_KINDS]),
    )
    .option('--label <class>', 'true class, for cross-entropy and training-integrated')
    .option('--layer <name>', 'the layer of methods that look at one (default: the last spatial one)');
}

/** The request of the map of an image; `--layer L` is `--param layer=L`. */
export function attributionRequest(image: string, { layer, ...options }: AttributionOptions): AttributeRequest {
  const given = layer === undefined ? options : { ...options, param: { ...options.param, layer } };
  return {
    ...modelRequest(options),
    ...runRequest(image, given),
    method: options.method,
    ...(options.objective === undefined ? {} : { objective: options.objective }),
    ...(options.class === undefined ? {} : { class: options.class }),
    ...(options.against === undefined ? {} : { against: options.against }),
  };
}

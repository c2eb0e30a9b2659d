import path from 'node:path';
import type { Command } from 'commander';
import type { AttributionResult } from '../../engine/calls/service';
import { listedMethods } from '../../core/attribution/registry';
import { countOf } from '../../core/countOf';
import { UserError } from '../../core/errors';
import { encodeNpy } from '../../formats/npy/npy';
import { printable } from '../../core/printable';
import { defaultView } from '../../core/render/defaultView';
import type { MapView } from '../../core/render/view';
import { VIEW_KEYS, viewFrom } from '../../core/render/viewText';
import { viewWords } from '../../core/render/viewWords';
import { objectiveWords } from '../../core/result/objectiveWords';
import { griddingWords } from '../../core/render/onGrid';
import type { ClassScore } from '../../core/result/record';
import type { AttributionOptions } from '../attributionOptions';
import { addAttributionOptions, attributionRequest } from '../attributionOptions';
import {
  addCommonOptions,
  addForceOption,
  addModelOption,
  addParameterOption,
  addTopOption,
  inputFiles,
  refuseBoth,
} from '../options';
import { checkOutputs, writeOutput } from '../outputFile';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatClasses, formatFacts, formatNumber } from '../table';
import { describeImage, describeParameters, formatShape } from '../words';

interface AttributeOptions extends AttributionOptions {
  readonly out?: string;
  readonly view?: string;
  readonly saveMap?: string;
}

/** `attribute`: which pixels decided, as numbers, as an overlay picture and as the raw map. */
export function addAttributeCommand(program: Command, session: Session): void {
  const command = addModelOption(addCommonOptions(program.command('attribute')));
  const described = command
    .description('show which pixels decided')
    .argument('<image>', 'a picture file, or an .npy file of pixels');
  addAttributionOptions(addForceOption(addTopOption(addParameterOption(described))))
    .option('--out <file>', 'the map over the picture (PNG)')
    .option(
      '--view <steps>',
      `how --out shows the map: ${VIEW_KEYS.join(', ')}, as in smooth=0.02,range=50..99.5,under=dim-gray (default: exact up to 64 pixels a side, regions above)`,
    )
    .option(
      '--save-map <file>',
      'the raw signed map (float32 NPY, height × width × channels; of a layer in its own height and width)',
    )
    .action((image: string, options: AttributeOptions) => run(session, image, options));
}

async function run(session: Session, image: string, options: AttributeOptions): Promise<void> {
  const { out, saveMap, force = false } = options;
  refuseBoth('--layer', options.layer, 'layer', options);
  await checkOutputs(
    [
      { file: out, format: 'png' },
      { file: saveMap, format: 'npy' },
    ],
    { force, inputs: inputFiles(image, options) },
  );
  if (options.view !== undefined && out === undefined)
    throw new UserError('usage', '--view says how the map over the picture is drawn.', 'Name its file with --out.');
  // What is wrong with it is said before the model computes.
  viewOf(options, { width: 1, height: 1 });
  const result = await session.service.attribute(attributionRequest(image, options), session.job);
  const { record, map } = result;
  if (saveMap !== undefined)
    await writeOutput(saveMap, encodeNpy(map.data, [map.height, map.width, map.channels]), force, session.finishing);
  const view = viewOf(options, record.model.input);
  if (out !== undefined) await writeOutput(out, await overlayOf(session, result, view), force, session.finishing);
  record.warnings.forEach(warn);
  const outputs = {
    ...(out === undefined ? {} : { overlay: path.resolve(out) }),
    ...(saveMap === undefined ? {} : { map: path.resolve(saveMap) }),
  };
  const shown = out === undefined ? {} : { view };
  const classes = listed(result, options.top);
  if (options.json) writeJson(session, { ...record, engine: record.model.engine, classes, outputs, ...shown });
  else session.write(describe(result, classes, { ...outputs, ...shown }));
}

/** How the map is looked at on an input of that size. */
function viewOf(
  { view, method }: AttributeOptions,
  input: { readonly width: number; readonly height: number },
): MapView {
  const { display = 'diverging' } = listedMethods().find(({ id }) => id === method) ?? {};
  const first = defaultView(display, input);
  return view === undefined ? first : viewFrom(view, first, display);
}

function overlayOf(
  { service }: Session,
  { record, map, picture }: AttributionResult,
  view: MapView,
): Promise<Uint8Array> {
  return service.renderOverlay({ map, picture, image: record.image, view, grid: record.model.input });
}

/** The most probable classes and those that were differentiated. */
function listed({ record }: AttributionResult, top: number): readonly ClassScore[] {
  const { classIndex, against } = record.objective;
  return record.classes.filter(
    ({ index }, rank) => rank < top || index === classIndex || index === against?.classIndex,
  );
}

function describe(
  { record, map }: AttributionResult,
  classes: readonly ClassScore[],
  outputs: { readonly overlay?: string; readonly view?: MapView; readonly map?: string },
): string {
  const { objective, statistics, layer, training } = record;
  const { minimum, maximum, sum, state } = statistics;
  const range = `${formatNumber(minimum)} to ${formatNumber(maximum)}, sum ${formatNumber(sum)}`;
  return [
    describeImage(record),
    formatFacts([
      ['method', `${record.method}${describeParameters(record.parameters)}`],
      ['objective', `${objectiveWords(objective)} = ${formatNumber(objective.value)}`],
      [
        'layer',
        layer && `${printable(layer.id)} (${layer.kind}, ${formatShape([layer.height, layer.width, layer.channels])})`,
      ],
      ['checkpoints', training && `${countOf(training.checkpoints.length, 'checkpoint')} of ${training.folder}`],
      ['map', state === 'ordinary' ? range : `${range} (${state})`],
      ['delta', record.delta === undefined ? undefined : formatNumber(record.delta)],
      ['shown', griddingWords(map, record.model.input)],
      ['overlay', outputs.overlay],
      ['view', outputs.view && viewWords(outputs.view, map.channels)],
      ['raw map', outputs.map],
    ]),
    formatClasses(classes),
  ].join('\n');
}

import path from 'node:path';
import type { Command } from 'commander';
import { createImageCache } from '../../engine/usecases/images';
import type { IntegrateRequest, IntegrateResult } from '../../engine/calls/training';
import { encodeNpy } from '../../formats/npy/npy';
import { resolveParameters } from '../../core/method/parameters';
import { defaultView } from '../../core/render/defaultView';
import { integrationParameters } from '../../core/attribution/training/parameters';
import type { CommonOptions } from '../options';
import { addCommonOptions, addForceOption, addParameterOption, inputFiles } from '../options';
import { checkOutputs, writeOutput } from '../outputFile';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatFacts, formatNumber, formatProbability, formatTable } from '../table';
import { describeLabel, describeParameters } from '../words';

interface IntegrateOptions extends Omit<CommonOptions, 'model'> {
  readonly checkpoints: string;
  readonly label: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly out?: string;
  readonly saveMap?: string;
  readonly force?: boolean;
}

/** `integrate`: the loss gradient summed over the checkpoints of a training. */
export function addIntegrateCommand(program: Command, session: Session): void {
  addForceOption(addParameterOption(addCommonOptions(program.command('integrate'))))
    .description('sum the loss gradient over the checkpoints of a training')
    .argument('<image>', 'a picture file, or an .npy file of pixels')
    .requiredOption(
      '--checkpoints <folder>',
      'models in the order of training (.onnx, .keras, .h5, .tflite, model.json), or a run',
    )
    .requiredOption('--label <class>', 'true class, index or name')
    .option('--out <file>', 'the map over the picture (PNG)')
    .option('--save-map <file>', 'the raw signed map (float32 NPY, height × width × channels)')
    .action((image: string, options: IntegrateOptions) => run(session, image, options));
}

async function run(session: Session, image: string, options: IntegrateOptions): Promise<void> {
  const { out, saveMap, force = false } = options;
  await checkOutputs(
    [
      { file: out, format: 'png' },
      { file: saveMap, format: 'npy' },
    ],
    { force, inputs: inputFiles(image, options) },
  );
  const result = await session.training.integrate(requestOf(image, options), session.job);
  const { record, map } = result;
  if (saveMap !== undefined)
    await writeOutput(saveMap, encodeNpy(map.data, [map.height, map.width, map.channels]), force, session.finishing);
  if (out !== undefined) await writeOutput(out, await overlayOf(session, image, result), force, session.finishing);
  record.warnings.forEach(warn);
  const outputs = {
    ...(out === undefined ? {} : { overlay: path.resolve(out) }),
    ...(saveMap === undefined ? {} : { map: path.resolve(saveMap) }),
  };
  const last = record.checkpoints.at(-1)!;
  const model = { path: last.path, hash: last.hash };
  if (options.json) writeJson(session, { ...record, model, classes: [last.predicted], outputs });
  else session.write(describe(result, outputs));
}

function requestOf(image: string, options: IntegrateOptions): IntegrateRequest {
  const { threads, spec, labels, param = {} } = options;
  return {
    checkpoints: path.resolve(options.checkpoints),
    image: { path: path.resolve(image) },
    label: options.label,
    engine: options.engine,
    parameters: resolveParameters(integrationParameters, param),
    ...(threads === undefined ? {} : { threads }),
    ...(spec === undefined ? {} : { specPath: path.resolve(spec) }),
    ...(labels === undefined ? {} : { labelsPath: path.resolve(labels) }),
  };
}

/** The map over the picture as it is displayed. */
async function overlayOf({ service }: Session, image: string, { record, map }: IntegrateResult): Promise<Uint8Array> {
  const { height, width, channels } = map;
  const { picture } = await createImageCache().prepare(
    { path: path.resolve(image) },
    {
      height,
      width,
      channels: channels === 1 ? 1 : 3,
      color: channels === 1 ? 'grayscale' : 'rgb',
      range: [0, 1],
      mean: [],
      std: [],
      source: 'none',
      resize: 'stretch',
      interpolation: 'nearest',
    },
  );
  return service.renderOverlay({ map, picture, image: record.image, view: defaultView('diverging', map) });
}

function describe({ record }: IntegrateResult, outputs: { readonly overlay?: string; readonly map?: string }): string {
  const { image, statistics, checkpoints } = record;
  const range = `${formatNumber(statistics.minimum)} to ${formatNumber(statistics.maximum)}, sum ${formatNumber(statistics.sum)}`;
  return [
    formatFacts([
      ['image', `${image.path ?? image.name} (${image.width} × ${image.height})`],
      ['label', describeLabel(record.label)],
      ['method', `training-integrated${describeParameters(record.parameters)}`],
      ['engine', record.engine],
      ['map', statistics.state === 'ordinary' ? range : `${range} (${statistics.state})`],
      ['overlay', outputs.overlay],
      ['raw map', outputs.map],
    ]),
    formatTable(
      [
        ['checkpoint', 'loss', 'predicted', ''],
        ...checkpoints.map(({ path: file, loss, predicted }) => [
          path.basename(file),
          formatNumber(loss),
          predicted.name,
          formatProbability(predicted.probability),
        ]),
      ],
      [1, 3],
    ),
  ].join('\n');
}

import path from 'node:path';
import type { Command } from 'commander';
import { listOperators } from '../../core/evaluation/descriptionChecks';
import { lastSpatialLayer } from '../../core/model/layers';
import type { ModelInfo } from '../../core/model/modelInfo';
import { printable } from '../../core/printable';
import type { ModelCheck } from '../../core/result/modelCheck';
import { CHECK_TITLES } from '../../core/result/modelCheck';
import { resizeWords, scalingWords } from '../../core/render/preprocessingWords';
import { writeTrials } from '../presetTrials';
import type { CommonOptions } from '../options';
import { addCommonOptions, modelRequest } from '../options';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatFacts, formatTable } from '../table';
import { formatShape } from '../words';

const LISTED_CLASSES = 20;
const WIDEST_CLASS = 60;

interface InfoOptions extends CommonOptions {
  readonly check: boolean;
  readonly image?: string;
  readonly seed?: number;
  readonly tryPresets?: readonly string[];
}

/** `info`: what is known of a model once it is loaded, and what comes out when it is tried. */
export function addInfoCommand(program: Command, session: Session): void {
  addCommonOptions(program.command('info'))
    .description('say what a model is (format, engine, input, preprocessing, operators, classes) and check it')
    .argument('[model]', 'the model (default: the bundled one)')
    .option('--no-check', 'only load the model, do not try it')
    .option('--image <file>', 'check it on this image too')
    .option('--try-presets <picture...>', 'say what the model makes of pictures under each common preset')
    .action(async (model: string | undefined, options: InfoOptions) => {
      const request = modelRequest(model === undefined ? options : { ...options, model });
      const { image, seed, tryPresets } = options;
      if (tryPresets !== undefined) {
        const images = tryPresets.map((picture) => ({ path: path.resolve(picture) }));
        writeTrials(session, await session.service.tryPresets({ ...request, images }, session.job), options.json);
        return;
      }
      const checkRequest = {
        ...request,
        ...(image === undefined ? {} : { image: { path: path.resolve(image) } }),
        ...(seed === undefined ? {} : { seed }),
      };
      const check = options.check ? await session.service.checkModel(checkRequest, session.job) : undefined;
      const info = check?.model ?? (await session.service.modelInfo(request, session.job));
      [...info.warnings, ...(check?.imageWarnings ?? [])].forEach(warn);
      if (options.json) writeJson(session, infoDocument(info, check));
      else session.write(describe(info) + describeLayers(info) + (check ? `\n${describeCheck(check)}` : ''));
    });
}

function infoDocument(info: ModelInfo, check: ModelCheck | undefined) {
  const { name, path, hash, format, engine, engineReason, input, output, classes, classSource } = info;
  return {
    kind: 'model',
    model: { name, path, hash, format, engine, engineReason, input },
    engine,
    input,
    output,
    parameters: info.parameters,
    ...(info.operators && { operators: info.operators }),
    ...(info.derivative && { derivative: info.derivative }),
    ...(info.layers && { layers: info.layers, lastSpatialLayer: lastSpatialLayer(info.layers)?.id ?? null }),
    classes: classes.map((className, index) => ({ index, name: className })),
    classSource,
    warnings: info.warnings,
    ...(check && { check: checkDocument(check) }),
  };
}

/** Without the model, which the document holds already. */
function checkDocument(check: ModelCheck): Omit<ModelCheck, 'model'> {
  const document: Omit<ModelCheck, 'model'> & { model?: ModelInfo } = { ...check };
  delete document.model;
  return document;
}

function describeCheck({ checks }: ModelCheck): string {
  return formatTable(checks.map(({ id, status, sentence }) => [status, CHECK_TITLES[id], sentence]));
}

/** Every layer of the file in the order of computing: kind, shape, what its axes mean, its module in PyTorch, its name. */
function describeLayers({ layers = [] }: ModelInfo): string {
  if (layers.length === 0) return '';
  const last = lastSpatialLayer(layers);
  const hasScopes = layers.some(({ scope }) => scope !== undefined);
  const rows = layers.map((layer) => {
    const form = layer === last ? 'spatial, the last' : layer.form;
    return [
      `  ${layer.kind}`,
      formatShape(layer.shape),
      layer.feedsScores ? form : `${form}, not before the logits`,
      ...(hasScopes ? [layer.scope ?? ''] : []),
      layer.id,
    ];
  });
  return `\nLayers\n${formatTable(rows)}`;
}

function describe(info: ModelInfo): string {
  const { input, output, classes } = info;
  const shown = classes
    .slice(0, LISTED_CLASSES)
    .map((name) => printable(name, WIDEST_CLASS))
    .join(', ');
  const more = classes.length > LISTED_CLASSES ? ` … (${classes.length} in all)` : '';
  return formatFacts([
    ['name', info.name],
    ['file', info.path],
    ['format', info.format],
    ['engine', `${info.engine}: ${info.engineReason}`],
    ['parameters', info.parameters.toLocaleString('en-US')],
    ['operators', info.operators && listOperators(info.operators)],
    ['input', `${input.height} × ${input.width} × ${input.channels}, ${input.color}`],
    ['preprocessing', `${scalingWords(input)}; ${input.source}`],
    ['resize', resizeWords(input)],
    ['output', `${output.classes} classes, ${output.activation}`],
    ['classes', `${shown}${more} (${info.classSource})`],
    ['hash', info.hash],
  ]);
}

import type { Command } from 'commander';
import type { ModelInfo } from '../../core/model/modelInfo';
import type { CommonOptions } from '../options';
import { addCommonOptions, modelRequest } from '../options';
import { warn } from '../report';
import type { Session } from '../session';
import { writeJson } from '../session';
import { formatFacts } from '../table';

const LISTED_CLASSES = 20;

/** `info`: what is known of a model once it is loaded. */
export function addInfoCommand(program: Command, session: Session): void {
  addCommonOptions(program.command('info'))
    .description('say what a model is: format, engine, input, preprocessing, classes')
    .argument('[model]', 'the model (default: the bundled one)')
    .action(async (model: string | undefined, options: CommonOptions) => {
      const request = modelRequest(model === undefined ? options : { ...options, model });
      const info = await session.service.modelInfo(request, session.job);
      info.warnings.forEach(warn);
      if (options.json) writeJson(session, infoDocument(info));
      else session.write(describe(info));
    });
}

function infoDocument(info: ModelInfo) {
  const { name, path, hash, format, engine, engineReason, input, output, classes, classSource } = info;
  return {
    kind: 'model',
    model: { name, path, hash, format, engine, engineReason, input },
    engine,
    input,
    output,
    parameters: info.parameters,
    classes: classes.map((className, index) => ({ index, name: className })),
    classSource,
    warnings: info.warnings,
  };
}

function describe(info: ModelInfo): string {
  const { input, output, classes } = info;
  const shown = classes.slice(0, LISTED_CLASSES).join(', ');
  const more = classes.length > LISTED_CLASSES ? ` … (${classes.length} in all)` : '';
  return formatFacts([
    ['name', info.name],
    ['file', info.path],
    ['format', info.format],
    ['engine', `${info.engine}: ${info.engineReason}`],
    ['parameters', info.parameters.toLocaleString('en-US')],
    ['input', `${input.height} × ${input.width} × ${input.channels}, ${input.color}`],
    ['preprocessing', `${preprocessing(input)}; ${input.source}`],
    ['resize', `${input.resize}, ${input.interpolation}`],
    ['output', `${output.classes} classes, ${output.activation}`],
    ['classes', `${shown}${more} (${info.classSource})`],
    ['hash', info.hash],
  ]);
}

function preprocessing({ range, mean, std }: ModelInfo['input']): string {
  const normalised = mean.some((value) => value !== 0) || std.some((value) => value !== 1);
  return `[0, 1] to [${range.join(', ')}]${normalised ? `, minus ${mean.join(', ')}, divided by ${std.join(', ')}` : ''}`;
}

import type { QuickPickItem } from 'vscode';
import { l10n, window } from 'vscode';
import { isPreset, type PreprocessingPreset } from '../../core/image/inputChoices';
import { printable } from '../../core/printable';
import { scalingWords } from '../../core/render/preprocessingWords';
import type { PresetTrial } from '../../engine/calls/service';
import { withCancellableProgress } from '../cancellableProgress';
import type { EngineHost } from '../engineHost';
import { imageAtHand, pickImage } from '../images/chooseImage';
import { imageReference, subjectOf, type Subject } from '../images/subject';
import type { CommandSignatures } from '../manifest';
import { descriptionFile, tellWritten, writePreset } from '../models/describeModel';
import type { ModelChoice } from '../models/modelChoice';
import type { Models } from '../models/models';
import type { Panels } from '../panel/panels';
import { findChoice } from './modelCommands';

type PreprocessingCommand = Pick<CommandSignatures, 'gradientLens.choosePreprocessing'>;

const WIDEST_NAME = 30;

interface PreprocessingServices {
  readonly models: Models;
  readonly engine: EngineHost;
  readonly panels: Panels;
}

interface PresetItem extends QuickPickItem {
  readonly preset: PreprocessingPreset | undefined;
}

/** What a model makes of a picture under each preset, side by side; the one that is chosen is written into its description. */
export function preprocessingCommand({ models, engine, panels }: PreprocessingServices): PreprocessingCommand {
  async function choose(model: ModelChoice, subject: Subject): Promise<PreprocessingPreset | undefined> {
    const title = l10n.t('Trying presets on {0}', subject.name);
    const trials = await withCancellableProgress(title, async (signal) => {
      const images = [await imageReference(subject)];
      return engine.calls.tryPresets({ model: model.reference, images }, { signal });
    });
    const picked = await window.showQuickPick(trials.map(itemOf), {
      title: l10n.t('How {0} Takes Its Pixels', model.name),
      placeHolder: l10n.t(
        'What it says of {0} under each; under a wrong one a flipped picture is often another class',
        subject.name,
      ),
      matchOnDescription: true,
    });
    return picked?.preset;
  }

  /** On the picture that is shown, or one that is chosen. */
  async function chooseFor(model: ModelChoice): Promise<PreprocessingPreset | undefined> {
    const subject = panels.session?.subject;
    const uri = subject?.uri ?? imageAtHand(undefined) ?? (await pickImage());
    return uri && choose(model, subjectOf(uri));
  }

  /** A model that no list has: that of a result. */
  function ofPath(argument: unknown): ModelChoice | undefined {
    return typeof argument === 'string' ? models.ofPath(argument) : undefined;
  }

  return {
    'gradientLens.choosePreprocessing': async (argument, asked) => {
      const model = argument === undefined ? models.active : ((await findChoice(models, argument)) ?? ofPath(argument));
      if (!model) return;
      const file = await descriptionFile(model);
      const preset = isPreset(asked) ? asked : await chooseFor(model);
      if (preset === undefined) return;
      await writePreset(file, preset);
      await engine.forgetModel(model.reference.path);
      if (panels.session?.subject) await panels.session.retry({ modelChanged: false });
      void tellWritten(file);
    },
  };
}

function itemOf({ preset, input, pictures: [picture] }: PresetTrial): PresetItem {
  const classes =
    picture?.classes.map(
      ({ name, probability }) => `${printable(name, WIDEST_NAME)} ${(100 * probability).toFixed(1)} %`,
    ) ?? [];
  return {
    preset,
    label: preset ?? l10n.t('$(check) As it is now'),
    description: `${classes.join(' · ')}${picture?.isStable === false ? l10n.t(' · another class when flipped') : ''}`,
    detail: `${scalingWords(input)}${input.color === 'bgr' ? ', BGR' : ''}${preset === undefined ? ` (${input.source})` : ''}`,
  };
}

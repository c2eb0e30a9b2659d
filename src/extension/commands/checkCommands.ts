import { l10n, window } from 'vscode';
import type { JobProgress } from '../../engine/calls/service';
import { withCancellableProgress } from '../cancellableProgress';
import type { EngineHost } from '../engineHost';
import type { CommandSignatures } from '../manifest';
import type { CheckReports } from '../models/checkReports';
import type { ModelChoice } from '../models/modelChoice';
import type { Models } from '../models/models';
import { findChoice, modelItems } from './modelCommands';

type CheckCommands = Pick<CommandSignatures, 'gradientLens.checkModel'>;

export function checkCommands(models: Models, engine: EngineHost, reports: CheckReports): CheckCommands {
  async function check({ name, reference }: ModelChoice): Promise<void> {
    const result = await withCancellableProgress(l10n.t('Checking {0}', name), (signal, report) => {
      const progress = ({ stage, done, total }: JobProgress) => {
        if (stage === 'compute') report((100 * done) / total);
      };
      return engine.calls.checkModel({ model: reference }, { signal, progress });
    });
    await reports.show(result);
  }

  /** The active one stands first. */
  async function pick(): Promise<ModelChoice | undefined> {
    const { active } = models;
    const items = models
      .list()
      .then((choices) => modelItems([active, ...choices.filter(({ id }) => id !== active.id)], active.id));
    const picked = await window.showQuickPick(items, {
      title: l10n.t('Check Model'),
      placeHolder: l10n.t('Runs the model on probe pictures: is its gradient right, does a second engine agree?'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    return picked?.choice;
  }

  return {
    'gradientLens.checkModel': async (argument) => {
      const choice = argument === undefined ? await pick() : await findChoice(models, argument);
      if (choice) await check(choice);
    },
  };
}

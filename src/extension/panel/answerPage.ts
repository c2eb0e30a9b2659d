import type { LogOutputChannel } from 'vscode';
import { commands } from 'vscode';
import type { EngineHost } from '../engineHost';
import { showFailure } from '../failure';
import type { CommandId } from '../manifest';
import { exportResult } from '../results/saveResult';
import type { FromPanel } from '../../protocol/panel';
import type { PanelSession } from './panelSession';
import { firstAttack, pickAttack } from './pickAttack';

/** A button of the page: what it starts goes on with the image and the model that are shown. */
export async function answerCommand(
  { command }: FromPanel & { type: 'command' },
  session: PanelSession,
  engine: EngineHost,
  log: LogOutputChannel,
): Promise<void> {
  const { subject } = session;
  try {
    switch (command) {
      case 'retry':
        await session.retry({ modelChanged: false });
        return;
      case 'selectModel':
        await commands.executeCommand('gradientLens.selectModel' satisfies CommandId);
        return;
      case 'choosePreprocessing':
        if (session.result)
          await commands.executeCommand(
            'gradientLens.choosePreprocessing' satisfies CommandId,
            session.result.record.model.path,
          );
        return;
      case 'showLog':
        log.show();
        return;
      case 'showAttribution':
        if (subject) await session.attribute(subject);
        return;
      case 'runAttack': {
        if (!subject) return;
        const attack = await pickAttack(engine);
        if (attack !== undefined) await session.attack(subject, await firstAttack(attack, subject, engine));
        return;
      }
    }
  } catch (error) {
    await showFailure(error, log);
  }
}

export async function answerExport(
  { format, png }: FromPanel & { type: 'export' },
  session: PanelSession,
  engine: EngineHost,
  log: LogOutputChannel,
): Promise<void> {
  if (!session.result) return;
  try {
    await exportResult(session.result, format, engine, { drawn: png });
  } catch (error) {
    await showFailure(error, log);
  }
}

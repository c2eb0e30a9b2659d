import { commands, Uri } from 'vscode';
import type { EngineHost } from '../engineHost';
import { imageAtHand, pickImage } from '../images/chooseImage';
import type { Subject } from '../images/subject';
import { subjectOf } from '../images/subject';
import type { CommandSignatures } from '../manifest';
import { WALKTHROUGH_ID } from '../manifest';
import { firstAttack, pickAttack } from '../panel/pickAttack';
import type { PanelSession } from '../panel/panelSession';
import type { Panels } from '../panel/panels';

type ImageCommands = Pick<
  CommandSignatures,
  | 'gradientLens.showAttribution'
  | 'gradientLens.runAttack'
  | 'gradientLens.cancel'
  | 'gradientLens.openSample'
  | 'gradientLens.openWalkthrough'
>;

export interface ImageCommandServices {
  readonly panels: Panels;
  readonly engine: EngineHost;
  readonly extensionUri: Uri;
  readonly extensionId: string;
}

export function imageCommands({ panels, engine, extensionUri, extensionId }: ImageCommandServices): ImageCommands {
  async function chooseSubject(argument: unknown): Promise<Subject | undefined> {
    const uri = imageAtHand(argument);
    if (uri) return subjectOf(uri);
    if (panels.visible && panels.session?.subject) return panels.session.subject;
    const picked = await pickImage();
    return picked && subjectOf(picked);
  }

  function session(): PanelSession {
    const shown = panels.show();
    shown.useActiveModel();
    return shown;
  }

  return {
    'gradientLens.showAttribution': async (image) => {
      const subject = await chooseSubject(image);
      if (subject) await session().attribute(subject);
    },
    'gradientLens.runAttack': async (image, attack) => {
      const subject = await chooseSubject(image);
      const id = subject && (typeof attack === 'string' ? attack : await pickAttack(engine));
      if (!subject || id === undefined) return;
      const shown = session();
      await shown.attack(subject, await firstAttack(id, subject, engine));
    },
    'gradientLens.cancel': () => panels.session?.cancel(),
    'gradientLens.openSample': async () => {
      const sample = Uri.joinPath(extensionUri, 'samples', 'sandal.png');
      // As a preview it would take the place of the walkthrough that it was opened from.
      await commands.executeCommand('vscode.open', sample, { preview: false });
      await session().attribute(subjectOf(sample));
    },
    'gradientLens.openWalkthrough': async () => {
      await commands.executeCommand('workbench.action.openWalkthrough', `${extensionId}#${WALKTHROUGH_ID}`, false);
    },
  };
}

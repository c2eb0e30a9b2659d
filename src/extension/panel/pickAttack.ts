import { l10n, window } from 'vscode';
import type { AttackDescription } from '../../engine/calls/service';
import type { PanelAttack } from '../../protocol/panel';
import { settings } from '../config';
import type { EngineHost } from '../engineHost';
import type { Subject } from '../images/subject';

/** Asks which attack to run. */
export async function pickAttack(engine: EngineHost): Promise<string | undefined> {
  const attacks = engine.knownCatalog().then(({ attack }) => attack.map(attackItem));
  const picked = await window.showQuickPick(attacks, {
    title: l10n.t('Run Attack'),
    placeHolder: l10n.t('How shall the image be changed?'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.id;
}

/** An attack as it begins: where ε is the largest change of a pixel, with that of the settings. */
export async function firstAttack(attack: string, { uri }: Subject, engine: EngineHost): Promise<PanelAttack> {
  const catalog = await engine.knownCatalog();
  const description = catalog.attack.find(({ id }) => id === attack);
  const isOfPixels = description?.budget === 'epsilon' && description.norm === 'linf';
  return { attack, parameters: isOfPixels ? { epsilon: settings.attackEpsilon.read(uri) } : {}, live: false };
}

function attackItem({ id, label, formula, summary }: AttackDescription) {
  return { id, label, description: formula, detail: summary };
}

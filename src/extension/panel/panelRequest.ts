import type { PanelAttack, PanelAttribute } from '../../protocol/panel';
import type { Result } from '../results/resultFiles';

/** A sum over the checkpoints of a training, for one label. */
export interface PanelIntegration {
  /** Folder of the checkpoints. */
  readonly checkpoints: string;
  readonly label: number | string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a panel can be asked for; an attribution without a request: as the settings say. */
export type PanelRequest =
  | { readonly kind: 'attribution'; readonly request?: PanelAttribute }
  | { readonly kind: 'attack'; readonly request: PanelAttack }
  | { readonly kind: 'integration'; readonly request: PanelIntegration };

/** The same for another model, whose classes and layers are others; a sum over checkpoints is of no other model. */
export function withoutClasses(asked: PanelRequest): PanelRequest {
  if (asked.kind === 'integration') return { kind: 'attribution' };
  if (asked.kind === 'attack') {
    const { attack, parameters, live } = asked.request;
    return { kind: 'attack', request: { attack, parameters, live } };
  }
  if (!asked.request) return asked;
  const { method, objective, parameters } = asked.request;
  const others = Object.fromEntries(Object.entries(parameters).filter(([id]) => id !== 'layer'));
  return { kind: 'attribution', request: { method, objective, parameters: others } };
}

/** The request that a result answers. */
export function requestOf({ record }: Result): PanelRequest {
  if (record.kind === 'attribution') {
    const { method, objective, parameters, training } = record;
    if (training)
      return {
        kind: 'integration',
        request: { checkpoints: training.folder, label: objective.classIndex, parameters },
      };
    const { kind, classIndex, against } = objective;
    const asked = {
      objective: kind === 'combination' ? 'logit' : kind,
      ...(against && { against: against.classIndex }),
    } as const;
    const request = { method, classIndex, ...asked, parameters };
    return { kind: 'attribution', request };
  }
  const { attack, parameters, goal, label } = record;
  const chosen = label?.source === 'user' ? { label: label.index } : {};
  const towards = goal.direction === 'towards' ? { target: goal.label.index } : {};
  return { kind: 'attack', request: { attack, parameters, ...chosen, ...towards, live: false } };
}

import type { PanelAttack, PanelAttribute } from '../../protocol/panel';
import type { Result } from '../results/resultFiles';

/** An attribution as it is asked for; what is absent: as the settings say. */
export interface AttributionWish extends Partial<PanelAttribute> {
  /** Of a method that needs checkpoints: the run or folder that holds them; absent: those at hand, else the user is asked. */
  readonly checkpoints?: string;
  /** The true label, for the loss. */
  readonly label?: number | string;
}

/** What a panel can be asked for. */
export type PanelRequest =
  | { readonly kind: 'attribution'; readonly request: AttributionWish }
  | { readonly kind: 'attack'; readonly request: PanelAttack };

/** One position of a slider. */
export function isLive(asked: PanelRequest): boolean {
  return asked.kind === 'attack' && asked.request.live;
}

/** To be asked again, for good. */
export function atRest(asked: PanelRequest): PanelRequest {
  return asked.kind === 'attack' ? { kind: 'attack', request: { ...asked.request, live: false } } : asked;
}

/** The same for another model, whose classes and layers are others; checkpoints are of no other model. */
export function withoutClasses(asked: PanelRequest): PanelRequest {
  if (asked.kind === 'attack') {
    const { attack, parameters, live } = asked.request;
    return { kind: 'attack', request: { attack, parameters, live } };
  }
  const { method, objective, parameters, checkpoints } = asked.request;
  if (method === undefined || objective === undefined || checkpoints !== undefined)
    return { kind: 'attribution', request: {} };
  const others = Object.fromEntries(Object.entries(parameters ?? {}).filter(([id]) => id !== 'layer'));
  return { kind: 'attribution', request: { method, objective, parameters: others } };
}

/** The request that a result answers. */
export function requestOf({ record }: Result): PanelRequest {
  const { parameters } = record;
  switch (record.kind) {
    case 'attribution': {
      const { method, training } = record;
      const { kind, classIndex, against } = record.objective;
      const request = {
        method,
        classIndex,
        objective: kind === 'combination' ? 'logit' : kind,
        parameters,
        ...(against && { against: against.classIndex }),
        ...(training && { checkpoints: training.folder }),
      } as const;
      return { kind: 'attribution', request };
    }
    case 'attack': {
      const { attack, goal, label } = record;
      const chosen = label?.source === 'user' ? { label: label.index } : {};
      const towards = goal.direction === 'towards' ? { target: goal.label.index } : {};
      return { kind: 'attack', request: { attack, parameters, ...chosen, ...towards, live: false } };
    }
  }
}

import type { AttackResult, MethodCatalog } from '../../src/engine/calls/service';
import type { ParameterDeclaration } from '../../src/core/method/parameters';
import type { PerturbationView } from '../../src/core/render/view';
import type { PanelAttack } from '../../src/protocol/panel';
import { createClassChooser } from '../controls/classChooser';
import { createEpsilonField } from '../controls/epsilonField';
import { selectField } from '../controls/field';
import { createParameterControls } from '../controls/parameters';
import { checkField } from '../controls/checkField';
import { element } from '../dom';
import type { PerturbationLook } from './attackPanes';

export interface AttackControls {
  readonly element: HTMLElement;
  /** Stand apart: they are changed more rarely. */
  readonly parameters: HTMLElement;
  set(catalog: MethodCatalog, result: AttackResult): void;
  dispose(): void;
}

interface AttackEvents {
  readonly request: (request: PanelAttack) => void;
  /** Calls `ask` as soon as no request is under way, of several meanwhile the last. */
  readonly whenFree: (ask: () => void) => void;
  readonly looked: (look: PerturbationLook) => void;
}

type NumberDeclaration = Extract<ParameterDeclaration, { type: 'number' | 'integer' }>;

const EPSILON: NumberDeclaration = {
  id: 'epsilon',
  label: 'ε',
  description: 'Largest change of a pixel, as a fraction of the pixel range.',
  type: 'number',
  default: 0.01,
  minimum: 0,
  maximum: 1,
  scale: 'logarithmic',
};

const GOALS = [
  { id: 'away', label: 'Away from', description: 'Raise the loss of this class.' },
  { id: 'towards', label: 'Towards', description: 'Lower the loss of this class.' },
] as const;

export function createAttackControls(
  initial: PerturbationLook,
  { request, whenFree, looked }: AttackEvents,
): AttackControls {
  let catalog: MethodCatalog = { attribution: [], attack: [], metric: [] };
  let attack = '';
  let direction: 'away' | 'towards' = 'away';
  /** As the user chose it; undefined: as the engine finds it. */
  let label: number | undefined;
  let target: number | undefined;
  let runnerUp: number | undefined;

  function send(live: boolean): void {
    const size = epsilon.value();
    request({
      attack,
      ...(label === undefined ? {} : { label }),
      ...(direction === 'towards' && target !== undefined ? { target } : {}),
      parameters: { ...parameters.values(), ...(size === undefined ? {} : { epsilon: size }) },
      live,
    });
  }
  const moved = (): void => whenFree(() => send(true));
  const rested = (): void => send(false);
  const described = () => catalog.attack.find(({ id }) => id === attack);

  const attacks = selectField<string>('Attack', [], (id) => {
    attack = id;
    declare({});
    offerGoals();
    rested();
  });
  const goals = selectField('Goal', GOALS, (next) => {
    direction = next;
    if (next === 'towards') target ??= runnerUp;
    rested();
  });
  const classes = createClassChooser('Class', (index) => {
    if (direction === 'away') label = index;
    else target = index;
    rested();
  });
  const epsilon = createEpsilonField(EPSILON, { moved, rested });
  const parameters = createParameterControls(rested);
  let current = initial;
  const look = (change: Partial<PerturbationLook>): void => {
    current = { ...current, ...change };
    looked(current);
  };
  const unclamped = checkField(
    'Before cutting to the pixel range',
    'Show the step as the attack takes it, not what is left of it in the picture.',
    (checked) => look({ unclamped: checked }),
  );
  unclamped.set(initial.unclamped);
  const perturbation = selectField<PerturbationView>(
    'Show perturbation',
    [
      { id: 'centred', label: 'Centred at grey', description: 'Grey is no change; amplified to fill the range.' },
      {
        id: 'amplified',
        label: 'Amplified magnitude',
        description: 'Black is no change; amplified to fill the range.',
      },
      { id: 'true-scale', label: 'True scale', description: 'The magnitude as it is.' },
    ],
    (view) => look({ view }),
  );
  perturbation.set(initial.view);

  /** What the attack that is chosen can be told. */
  function declare(values: AttackResult['record']['parameters']): void {
    const { parameters: declarations = [], norm = 'linf' } = described() ?? {};
    const own = declarations.find(
      (declaration): declaration is NumberDeclaration => declaration.id === 'epsilon' && 'minimum' in declaration,
    );
    epsilon.declare(own, norm);
    parameters.set(
      declarations.filter(({ id }) => id !== 'epsilon'),
      values,
    );
  }

  function offerGoals(): void {
    const canTarget = described()?.canTarget !== false;
    if (!canTarget) direction = 'away';
    goals.setOptions(GOALS.filter(({ id }) => canTarget || id === 'away'));
    goals.set(direction);
  }

  return {
    element: element(
      'div',
      { class: 'attack-controls', role: 'group', attributes: { 'aria-label': 'Attack settings' } },
      element('div', { class: 'fields bar' }, attacks.element, goals.element, classes.element, epsilon.element),
    ),
    parameters: element('div', { class: 'fields' }, perturbation.element, unclamped.element, parameters.element),
    set(nextCatalog, { record, classNames }) {
      catalog = nextCatalog;
      const { goal } = record;
      attack = record.attack;
      direction = goal.direction;
      runnerUp = record.classes[1]?.index;
      if (direction === 'towards') target = goal.label.index;
      else label = goal.label.source === 'user' ? goal.label.index : undefined;
      attacks.setOptions(
        catalog.attack.map(({ id, label: text, summary }) => ({ id, label: text, description: summary })),
      );
      attacks.set(attack);
      offerGoals();
      classes.set(classNames, record.classes, goal.label.index);
      declare(record.parameters);
      if (record.epsilon !== undefined) epsilon.set(record.epsilon);
    },
    dispose: epsilon.dispose,
  };
}

import type { AttributionResult, MethodCatalog } from '../../src/engine/calls/service';
import type { ObjectiveKind } from '../../src/core/model/classifier';
import type { ClassScore } from '../../src/core/result/record';
import type { PanelAttribute } from '../../src/protocol/panel';
import { createClassChooser } from '../controls/classChooser';
import { selectField } from '../controls/field';
import { createParameterControls } from '../controls/parameters';
import { element } from '../dom';

export interface AttributionControls {
  readonly element: HTMLElement;
  /** Stand apart: they are changed more rarely. */
  readonly parameters: HTMLElement;
  set(catalog: MethodCatalog, result: AttributionResult): void;
}

/** Besides combinations, which name two classes. */
const OBJECTIVES = {
  logit: { label: 'Logit', description: 'The score of the class before the softmax or sigmoid.' },
  probability: {
    label: 'Probability',
    description: 'The score of the class after the softmax or sigmoid.',
  },
  'log-probability': {
    label: 'Log-probability',
    description: 'The logarithm of the probability.',
  },
  'cross-entropy': {
    label: 'Cross-entropy',
    description: 'The loss if this class were the label.',
  },
} as const;

/** What is asked of the engine: method, class, objective, parameters. */
export function createAttributionControls(request: (request: PanelAttribute) => void): AttributionControls {
  let catalog: MethodCatalog = { attribution: [], attack: [], metric: [] };
  let method = '';
  let objective: ObjectiveKind = 'logit';
  /** Undefined: the predicted class, whichever it is. */
  let classIndex: number | undefined;
  let predicted: number | undefined;
  /** The class that it is held against. */
  let against: number | undefined;
  let names: readonly string[] = [];
  let scores: readonly ClassScore[] = [];
  let layers: readonly string[] = [];

  const ask = (): void =>
    request({
      method,
      objective,
      ...(classIndex === undefined ? {} : { classIndex }),
      ...(against === undefined ? {} : { against }),
      parameters: parameters.values(),
    });
  const described = () => catalog.attribution.find(({ id }) => id === method);

  /** Classes are held against one another by their logits, and not over checkpoints. */
  function offerRivals(): void {
    const explained = classIndex ?? predicted;
    const canCompare = objective === 'logit' && described()?.needs.includes('checkpoints') !== true;
    if (!canCompare || against === explained) against = undefined;
    rivals.element.hidden = !canCompare;
    rivals.set(names, scores, against, explained);
  }

  const methods = selectField<string>('Method', [], (id) => {
    method = id;
    parameters.set(described()?.parameters ?? [], {}, layers);
    offerRivals();
    ask();
  });
  const classes = createClassChooser('Class', (index) => {
    classIndex = index === predicted ? undefined : index;
    offerRivals();
    ask();
  });
  const rivals = createClassChooser(
    'Rather than',
    (index) => {
      against = index;
      ask();
    },
    'No other class',
  );
  const objectives = selectField(
    'Objective',
    (Object.keys(OBJECTIVES) as ObjectiveKind[]).map((id) => ({ id, ...OBJECTIVES[id] })),
    (kind) => {
      objective = kind;
      offerRivals();
      ask();
    },
  );
  const parameters = createParameterControls(ask);

  return {
    element: element(
      'div',
      { class: 'fields bar', role: 'group', attributes: { 'aria-label': 'Attribution settings' } },
      methods.element,
      classes.element,
      rivals.element,
      objectives.element,
    ),
    parameters: parameters.element,
    set(nextCatalog, { record, classNames, layers: known = [] }) {
      catalog = nextCatalog;
      layers = known;
      names = classNames;
      scores = record.classes;
      method = record.method;
      against = record.objective.against?.classIndex;
      objective = record.objective.kind === 'combination' ? 'logit' : record.objective.kind;
      predicted = record.classes[0]?.index;
      classIndex = record.objective.classIndex === predicted ? undefined : record.objective.classIndex;
      methods.setOptions(catalog.attribution.map(({ id, label, summary }) => ({ id, label, description: summary })));
      methods.set(method);
      classes.set(names, scores, record.objective.classIndex);
      offerRivals();
      objectives.set(objective);
      parameters.set(described()?.parameters ?? [], record.parameters, layers);
    },
  };
}

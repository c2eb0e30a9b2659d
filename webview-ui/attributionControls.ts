import type { AttributionResult, MethodCatalog } from '../src/engine/calls/service';
import type { ObjectiveKind } from '../src/core/model/classifier';
import type { PanelAttribute } from '../src/protocol/panel';
import { createClassChooser } from './controls/classChooser';
import { selectField } from './controls/field';
import { createParameterControls } from './controls/parameters';
import { element } from './dom';
import { OBJECTIVES } from './facts';

export interface AttributionControls {
  readonly element: HTMLElement;
  /** Stand apart: they are changed more rarely. */
  readonly parameters: HTMLElement;
  set(catalog: MethodCatalog, result: AttributionResult): void;
}

/** What is asked of the engine: method, class, objective, parameters. */
export function createAttributionControls(request: (request: PanelAttribute) => void): AttributionControls {
  let catalog: MethodCatalog = { attribution: [], attack: [], metric: [] };
  let method = '';
  let objective: ObjectiveKind = 'logit';
  /** Undefined: the predicted class, whichever it is. */
  let classIndex: number | undefined;
  let predicted: number | undefined;
  /** The class that it is held against, until another class or objective is chosen. */
  let against: number | undefined;
  let layers: readonly string[] = [];

  const ask = (): void =>
    request({
      method,
      objective,
      ...(classIndex === undefined ? {} : { classIndex }),
      ...(against === undefined ? {} : { against }),
      parameters: parameters.values(),
    });
  const parametersOf = (id: string) => catalog.attribution.find((item) => item.id === id)?.parameters ?? [];

  const methods = selectField<string>('Method', [], (id) => {
    method = id;
    parameters.set(parametersOf(id), {}, layers);
    ask();
  });
  const classes = createClassChooser('Class', (index) => {
    classIndex = index === predicted ? undefined : index;
    against = undefined;
    ask();
  });
  const objectives = selectField(
    'Objective',
    (Object.keys(OBJECTIVES) as ObjectiveKind[]).map((id) => ({ id, ...OBJECTIVES[id] })),
    (kind) => {
      objective = kind;
      against = undefined;
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
      objectives.element,
    ),
    parameters: parameters.element,
    set(nextCatalog, { record, classNames, layers: known = [] }) {
      catalog = nextCatalog;
      layers = known;
      method = record.method;
      against = record.objective.against?.classIndex;
      objective = record.objective.kind === 'combination' ? 'logit' : record.objective.kind;
      predicted = record.classes[0]?.index;
      classIndex = record.objective.classIndex === predicted ? undefined : record.objective.classIndex;
      methods.setOptions(catalog.attribution.map(({ id, label, summary }) => ({ id, label, description: summary })));
      methods.set(method);
      classes.set(classNames, record.classes, record.objective.classIndex);
      objectives.set(objective);
      parameters.set(parametersOf(method), record.parameters, layers);
    },
  };
}

import type { ParameterDeclaration, ParameterValue, ParameterValues } from '../../src/core/method/parameters';
import { element, replaceChildren, uniqueId } from '../dom';
import { field, selectField } from './field';
import { type NumberDeclaration, NumberInput } from './numberInput';

/** Controls for the parameters that a method declares. */
export interface ParameterControls {
  readonly element: HTMLElement;
  /** Shows `values` of a method; the controls are made anew only for other declarations. `layers`: those to choose from. */
  set(declarations: readonly ParameterDeclaration[], values: ParameterValues, layers?: readonly string[]): void;
  values(): ParameterValues;
}

export function createParameterControls(changed: () => void): ParameterControls {
  const layerNames = element('datalist', { id: uniqueId('layers') });
  const whole = element('div', { class: 'fields parameters' });
  let shown: readonly ParameterDeclaration[] = [];
  let setters = new Map<string, (value: ParameterValue) => void>();
  const current = new Map<string, ParameterValue>();

  return {
    element: whole,
    set(declarations, values, layers = []) {
      replaceChildren(layerNames, ...layers.map((value) => element('option', { attributes: { value } })));
      if (JSON.stringify(declarations) !== JSON.stringify(shown)) {
        shown = declarations;
        current.clear();
        const controls = declarations.map((declaration) => ({
          id: declaration.id,
          ...parameterControl(declaration, layerNames, (value) => {
            current.set(declaration.id, value);
            changed();
          }),
        }));
        setters = new Map(controls.map(({ id, set }) => [id, set]));
        whole.replaceChildren(...controls.map((control) => control.element));
        whole.hidden = controls.length === 0;
      }
      for (const declaration of declarations) {
        const value = values[declaration.id] ?? declaration.default;
        current.set(declaration.id, value);
        setters.get(declaration.id)?.(value);
      }
    },
    values: () => Object.fromEntries(current),
  };
}

interface Control {
  readonly element: HTMLElement;
  readonly set: (value: ParameterValue) => void;
}

function parameterControl(
  declaration: ParameterDeclaration,
  layerNames: HTMLDataListElement,
  changed: (value: ParameterValue) => void,
): Control {
  switch (declaration.type) {
    case 'boolean':
      return checkbox(declaration, changed);
    case 'choice': {
      const select = selectField(declaration.label, declaration.choices, changed);
      return { element: select.element, set: (value) => select.set(String(value)) };
    }
    case 'layer':
      return layerInput(declaration, layerNames, changed);
    case 'integer':
    case 'number':
      return numberInput(declaration, changed);
  }
}

function checkbox(declaration: ParameterDeclaration, changed: (value: boolean) => void): Control {
  const id = uniqueId('parameter');
  const input = element('input', { id, class: 'checkbox', attributes: { type: 'checkbox' } });
  input.addEventListener('change', () => changed(input.checked));
  const label = element('label', { text: declaration.label, attributes: { for: id } });
  return {
    element: element('div', { class: 'field is-checkbox', title: declaration.description }, input, label),
    set: (value) => {
      input.checked = value === true;
    },
  };
}

/** The name of a layer; empty: the method's own choice. */
function layerInput(
  declaration: ParameterDeclaration,
  names: HTMLDataListElement,
  changed: (value: string) => void,
): Control {
  const input = element('input', {
    class: 'text-input',
    title: declaration.description,
    attributes: { type: 'text', placeholder: 'last spatial layer', spellcheck: 'false', list: names.id },
  });
  input.addEventListener('change', () => changed(input.value.trim()));
  return {
    element: field(declaration.label, input, '', element('span', {}, input, names)),
    set: (value) => {
      input.value = String(value);
    },
  };
}

function numberInput(declaration: NumberDeclaration, changed: (value: number) => void): Control {
  const { minimum, maximum, unit } = declaration;
  const input = new NumberInput(declaration, changed);
  const caption = unit === undefined ? declaration.label : `${declaration.label} (${unit})`;
  input.element.title = `${declaration.description} From ${minimum} to ${maximum}.`;
  return {
    element: field(caption, input.element, '', element('div', {}, input.element, input.problem)),
    set: (value) => input.set(Number(value)),
  };
}

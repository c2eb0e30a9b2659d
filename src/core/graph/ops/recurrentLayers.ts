import { numberAttribute } from '../graph';
import type { Operator } from '../operator';
import { composite } from './composite';
import { recurrence, type Cell } from './recurrence';
import { terms } from './terms';

/** Recurrent layers, written out step by step; equations as ONNX has them. */
export const recurrentLayers: Readonly<Record<string, Operator>> = {
  RNN: composite((node, builder) => recurrence(node, builder, 1, ['Tanh'], (cell, [h]) => [simpleStep(cell, h!)])),
  GRU: composite((node, builder) =>
    recurrence(node, builder, 3, ['Sigmoid', 'Tanh'], (cell, [h]) => [gatedStep(cell, h!)]),
  ),
  LSTM: composite((node, builder) =>
    recurrence(node, builder, 4, ['Sigmoid', 'Tanh', 'Tanh'], (cell, [h, c]) => longStep(cell, h!, c!)),
  ),
};

/** f(xWᵀ + hRᵀ + b). */
function simpleStep(cell: Cell, h: string): string {
  return cell.activation(0, terms(cell.builder).add(cell.input, share(cell, h, 0, 1)));
}

/** (1 − z)∘h̃ + z∘h with gates z and r (Cho et al., 2014). */
function gatedStep(cell: Cell, h: string): string {
  const t = terms(cell.builder);
  const gate = (index: number): string =>
    cell.activation(0, t.add(part(cell, index), share(cell, h, index, index + 1)));
  const [z, r] = [gate(0), gate(1)];
  const resetLater = numberAttribute(cell.node, 'linear_before_reset', 0) !== 0;
  const past = resetLater ? t.mul(r, share(cell, h, 2, 3)) : share(cell, t.mul(r, h), 2, 3);
  const candidate = cell.activation(1, t.add(part(cell, 2), past));
  return t.add(t.mul(t.sub(cell.builder.scalar(1), z), candidate), t.mul(z, h));
}

/** c′ = f∘c + i∘c̃, h′ = o∘tanh c′ with gates in the order i, o, f (Hochreiter and Schmidhuber, 1997). */
function longStep(cell: Cell, h: string, c: string): readonly string[] {
  const { builder, size, peepholes } = cell;
  const t = terms(builder);
  const sum = t.add(cell.input, share(cell, h, 0, 4));
  const gate = (index: number): string => t.slice(sum, 1, index * size, (index + 1) * size);
  const looking = (index: number, from: string): string =>
    peepholes === undefined
      ? gate(index)
      : t.add(gate(index), t.mul(from, t.slice(peepholes, 0, index * size, (index + 1) * size)));
  const i = cell.activation(0, looking(0, c));
  const coupled = numberAttribute(cell.node, 'input_forget', 0) !== 0;
  const f = coupled ? t.sub(builder.scalar(1), i) : cell.activation(0, looking(2, c));
  const next = t.add(t.mul(f, c), t.mul(i, cell.activation(1, gate(3))));
  const o = cell.activation(0, looking(1, next));
  return [t.mul(o, cell.activation(2, next)), next];
}

/** The input's share of one gate. */
function part({ builder, input, size }: Cell, gate: number): string {
  return terms(builder).slice(input, 1, gate * size, (gate + 1) * size);
}

/** The state's share of gates `from` to `to`. */
function share({ builder, recurrent, bias, size }: Cell, h: string, from: number, to: number): string {
  const t = terms(builder);
  const rows = t.slice(recurrent, 0, from * size, to * size);
  const product = builder.add('MatMul', [h, t.transpose(rows, [1, 0])]);
  return t.add(product, t.slice(bias, 0, from * size, to * size));
}

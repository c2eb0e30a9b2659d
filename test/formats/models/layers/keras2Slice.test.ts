import { expect, it } from 'vitest';
import { readLayers } from '../../../../src/formats/models/layers/layers';
import type { JsonValue } from '../../../../src/formats/json/json';
import { evaluate } from './support';

/** x[…] as Keras 2 writes it (SlicingOpLambda), of a picture of 2 × 2 × 3. */
function sliced(spec: JsonValue) {
  const input = {
    class_name: 'InputLayer',
    name: 'x',
    config: { batch_input_shape: [null, 2, 2, 3], name: 'x' },
    inbound_nodes: [],
  };
  const slice = {
    class_name: 'SlicingOpLambda',
    name: 's',
    config: { name: 's', trainable: true, dtype: 'float32', function: '__operators__.getitem' },
    inbound_nodes: [['x', 0, 0, { slice_spec: spec }]],
  };
  const config = { name: 'm', layers: [input, slice], input_layers: [['x', 0, 0]], output_layers: [['s', 0, 0]] };
  return readLayers({ class_name: 'Functional', config }, () => undefined);
}

const ALL = { start: null, stop: null, step: null };

it.each<[string, JsonValue, readonly number[]]>([
  [
    'x[..., ::-1]',
    [{ class_name: '__ellipsis__' }, { start: null, stop: null, step: -1 }],
    [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9],
  ],
  [
    'x[:, :, 1:, :2]',
    [ALL, ALL, { start: 1, stop: null, step: null }, { start: null, stop: 2, step: null }],
    [3, 4, 9, 10],
  ],
  ['x[:, 1, ..., 0]', [ALL, 1, { class_name: '__ellipsis__' }, 0], [6, 9]],
])('%s of Keras 2', async (_, spec, expected) => {
  const x = Float32Array.from({ length: 12 }, (__, at) => at);
  expect(Array.from((await evaluate(sliced(spec), 1, x)).values)).toEqual(expected);
});

import { describe, expect, it } from 'vitest';
import { checkKerasConfig } from '../../../src/runtime/tensorflow/layers/kerasChecks';
import { listLayers, normaliseKerasConfig } from '../../../src/runtime/tensorflow/layers/kerasConfig';
import type { JsonObject } from '../../../src/formats/json/json';

const sequential = (...layers: JsonObject[]): JsonObject => ({
  class_name: 'Sequential',
  config: { name: 's', layers },
});
const functional = (layers: JsonObject[], more: JsonObject = {}): JsonObject => ({
  class_name: 'Functional',
  config: { name: 'f', layers, input_layers: [['in', 0, 0]], output_layers: [['out', 0, 0]], ...more },
});
const node = (
  class_name: string,
  name: string,
  inbound: (string | [string, number])[],
  config: JsonObject = {},
): JsonObject => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes:
    inbound.length === 0
      ? []
      : [inbound.map((each) => (typeof each === 'string' ? [each, 0, 0, {}] : [each[0], each[1], 0, {}]))],
});
const first = (model: JsonObject): JsonObject => listLayers(normaliseKerasConfig(model))[1]!.config;
const check = (model: JsonObject, version = '2.15.0', known: (name: string) => boolean = () => true): void =>
  checkKerasConfig(normaliseKerasConfig(model), version, known);

describe('Keras 3 keys', () => {
  it('become those of Keras 2', () => {
    const config = first(
      sequential({
        class_name: 'Conv2D',
        config: {
          name: 'c',
          batch_shape: [null, 8, 8, 3],
          dtype: { class_name: 'DTypePolicy', config: { name: 'mixed_float16' } },
          activation: { class_name: 'function', config: 'silu' },
        },
      }),
    );
    expect(config).toMatchObject({ batch_input_shape: [null, 8, 8, 3], dtype: 'float32', activation: 'swish' });
  });

  it('keep slopes: LeakyReLU, and ReLU with a slope', () => {
    expect(first(sequential({ class_name: 'LeakyReLU', config: { name: 'l', negative_slope: 0.05 } }))).toMatchObject({
      alpha: 0.05,
    });
    const [, relu] = listLayers(
      normaliseKerasConfig(sequential({ class_name: 'ReLU', config: { negative_slope: 0.2, max_value: null } })),
    );
    expect(relu).toMatchObject({ className: 'LeakyReLU', config: { alpha: 0.2 } });
  });

  it('turn calls written as objects into lists, merging layers too', () => {
    const keras = (name: string): JsonObject => ({
      class_name: '__keras_tensor__',
      config: { keras_history: [name, 0, 0] },
    });
    const model = normaliseKerasConfig(
      functional([
        { class_name: 'InputLayer', name: 'in', config: { name: 'in' }, inbound_nodes: [] },
        {
          class_name: 'Add',
          name: 'out',
          config: { name: 'out' },
          inbound_nodes: [{ args: [[keras('in'), keras('in')]], kwargs: {} }],
        },
      ]),
    ) as { config: { layers: { inbound_nodes: unknown }[] } };
    expect(model.config.layers[1]!.inbound_nodes).toEqual([
      [
        ['in', 0, 0, {}],
        ['in', 0, 0, {}],
      ],
    ]);
  });

  it('count calls of nested models from 1, as TensorFlow.js does, whichever way they were counted', () => {
    const nested = (index: number): JsonObject =>
      normaliseKerasConfig(
        functional([
          node('InputLayer', 'in', []),
          { ...sequential(), name: 'inner', inbound_nodes: [[['in', 0, 0, {}]]] },
          node('Flatten', 'out', [['inner', index]]),
        ]),
      );
    expect(nested(0)).toEqual(nested(1));
    expect(JSON.stringify(nested(0))).toContain('["inner",1,0,{}]');
  });

  it('leave the argument as it was', () => {
    const inner = {
      ...sequential({ class_name: 'ReLU', config: { negative_slope: 0.2 } }),
      name: 'inner',
      inbound_nodes: [[['in', 0, 0, {}]]],
    };
    const model = functional([node('InputLayer', 'in', []), inner, node('Flatten', 'out', ['inner'])]);
    const copy = structuredClone(model);
    normaliseKerasConfig(model);
    expect(model).toEqual(copy);
  });
});

describe('checks', () => {
  it.each([
    ['Lambda', {}, /carries code/],
    ['TFSMLayer', {}, /carries code/],
    ['Mystery', {}, /not known/],
    ['Conv2D', { groups: 4 }, /grouped/],
    ['Resizing', { height: 4, width: 4, pad_to_aspect_ratio: true }, /keeps the ratio/],
    ['Resizing', { height: 4, width: 4, crop_to_aspect_ratio: true }, /keeps the ratio/],
    ['Resizing', { height: 4, width: 4, antialias: true }, /smooths/],
    ['AveragePooling1D', { pool_size: [2], data_format: 'channels_first' }, /channels come first/],
    ['ReLU', { max_value: 6, threshold: 1 }, /threshold/],
  ] as [string, JsonObject, RegExp][])('%s %j is refused', (className, config, message) => {
    const model = sequential({
      class_name: 'Sequential',
      config: { name: 'inner', layers: [{ class_name: className, config: { ...config, name: 'x' } }] },
    });
    expect(() => check(model, '2.15.0', (name) => name !== 'Mystery')).toThrow(message);
  });

  it('hard_sigmoid is refused of Keras 3 only, where it means something else', () => {
    const model = sequential({ class_name: 'Dense', config: { name: 'd', activation: 'hard_sigmoid' } });
    expect(() => check(model)).not.toThrow();
    expect(() => check(model, '3.1.0')).toThrow(/hard_sigmoid/);
    const gated = sequential({ class_name: 'LSTM', config: { name: 'l', recurrent_activation: 'hard_sigmoid' } });
    expect(() => check(gated)).not.toThrow();
    expect(() => check(gated, '3.1.0')).toThrow(/hard_sigmoid/);
  });

  it('connections that are complete pass, in any order', () => {
    expect(() =>
      check(functional([node('Flatten', 'out', ['mid']), node('Relu', 'mid', ['in']), node('InputLayer', 'in', [])])),
    ).not.toThrow();
  });

  it.each([
    ['a circle', [node('InputLayer', 'in', []), node('A', 'a', ['out']), node('B', 'out', ['a'])]],
    ['a missing layer', [node('InputLayer', 'in', []), node('B', 'out', ['nowhere'])]],
    ['a call that never happens', [node('InputLayer', 'in', []), node('B', 'out', [['in', 3]])]],
    ['two layers of one name', [node('InputLayer', 'in', []), node('B', 'out', ['in']), node('B', 'out', ['in'])]],
    ['an output that is not there', [node('InputLayer', 'in', []), node('B', 'other', ['in'])]],
  ])('%s is refused', (_, layers) => {
    expect(() => check(functional(layers))).toThrow(expect.objectContaining({ code: 'model-unreadable' }));
  });
});

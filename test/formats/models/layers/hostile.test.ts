import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../../src/formats/json/json';
import { readLayers } from '../../../../src/formats/models/layers/layers';

const INPUT = {
  class_name: 'InputLayer',
  name: 'input',
  config: { name: 'input', batch_input_shape: [null, 4, 4, 3] },
  inbound_nodes: [],
};
const none = (): undefined => undefined;

function layer(className: string, name: string, from: JsonValue, config: JsonObject = {}): JsonObject {
  return { class_name: className, name, config: { name, ...config }, inbound_nodes: [[[from, 0, 0, {}]]] };
}

function functional(layers: readonly JsonObject[], output: string, input = INPUT): JsonObject {
  return {
    class_name: 'Functional',
    config: {
      name: 'model',
      layers: [input, ...layers],
      input_layers: [['input', 0, 0]],
      output_layers: [[output, 0, 0]],
    },
  };
}

describe('refused layers', () => {
  it.each([
    ['Lambda', /“custom” \(Lambda\).*carries code/],
    ['TFSMLayer', /carries code/],
    ['Package>Thing', /author's own/],
    ['Bidirectional', /“custom” \(Bidirectional\).*Bidirectional are not known/],
    ['toString', /are not known/],
    ['__proto__', /are not known/],
  ])('%s', (className, message) => {
    expect(() => readLayers(functional([layer(className, 'custom', 'input')], 'custom'), none)).toThrow(message);
  });

  it('a known name from a module of another author', () => {
    const own = { ...layer('ReLU', 'custom', 'input'), module: 'my_package.layers' };
    expect(() => readLayers(functional([own], 'custom'), none)).toThrow(/author's own/);
  });

  it('an unknown activation, an unknown function, missing weights', () => {
    const named = (className: string, config: JsonObject): JsonObject =>
      functional([layer(className, 'a', 'input', config)], 'a');
    expect(() => readLayers(named('Activation', { activation: 'wobble' }), none)).toThrow(/“wobble” is not known/);
    expect(() => readLayers(named('Activation', { activation: 'constructor' }), none)).toThrow(/not known/);
    expect(() => readLayers(named('TFOpLambda', { function: 'io.read_file' }), none)).toThrow(/read_file/);
    expect(() => readLayers(named('Conv2D', {}), none)).toThrow(/“kernel” are missing/);
  });
});

describe('damaged configurations', () => {
  it('circles', () => {
    const circle = functional([layer('ReLU', 'a', 'b'), layer('ReLU', 'b', 'a')], 'a');
    expect(() => readLayers(circle, none)).toThrow(/circle/);
    expect(() => readLayers(functional([layer('ReLU', 'a', 'a')], 'a'), none)).toThrow(/circle/);
  });

  it('references to nothing', () => {
    expect(() => readLayers(functional([layer('ReLU', 'a', 'nobody')], 'a'), none)).toThrow(/nobody/);
    expect(() => readLayers(functional([], 'nobody'), none)).toThrow(/nobody/);
  });

  it('long chains in reverse order are read, too many layers are not', () => {
    const chain = (count: number): JsonObject[] =>
      Array.from({ length: count }, (_, at) => layer('ReLU', `l${at}`, at === 0 ? 'input' : `l${at - 1}`)).reverse();
    expect(readLayers(functional(chain(5000), 'l4999'), none).nodes.length).toBeGreaterThan(5000);
    expect(() => readLayers(functional(chain(20_001), 'l20000'), none)).toThrow(/more than 20000 layers/);
  });

  it('models that call themselves without end', () => {
    let inner = functional([layer('ReLU', 'a', 'input')], 'a');
    for (let depth = 0; depth < 40; depth++) {
      const twice = { ...inner, name: 'm', inbound_nodes: [[['input', 0, 0, {}]], [['m', 1, 0, {}]]] };
      const outer = functional([twice], 'm');
      inner = { ...outer, config: { ...(outer.config as JsonObject), output_layers: [['m', 2, 0]] } };
    }
    expect(() => readLayers(inner, none)).toThrow(/more than 50000 times/);
  });

  it('deep nesting', () => {
    let model: JsonObject = { class_name: 'Sequential', config: { layers: [INPUT] } };
    for (let depth = 0; depth < 100; depth++) model = { class_name: 'Sequential', config: { layers: [model] } };
    expect(() => readLayers(model, none)).toThrow(/nested more than 64 deep/);
  });

  it.each([
    [null],
    [[null, 4, 4]],
    [[null, 1e6, 1e6, 3]],
    [[null, -4, 4, 3]],
    [[null, 4.5, 4, 3]],
    [['x']],
    [[null, null, 4, 3]],
  ])('input shape %j', (shape) => {
    const input = { ...INPUT, config: { name: 'input', batch_input_shape: shape } };
    const pooled = functional([layer('MaxPooling2D', 'a', 'input')], 'a', input as never);
    expect(() => readLayers(pooled, none)).toThrow(Error);
  });

  it('huge and negative options', () => {
    const config = (className: string, options: JsonObject): JsonObject =>
      functional([layer(className, 'a', 'input', options)], 'a');
    for (const [className, options] of [
      ['RepeatVector', { n: 1e12 }],
      [
        'ZeroPadding2D',
        {
          padding: [
            [-1, 0],
            [0, 0],
          ],
        },
      ],
      ['ZeroPadding2D', { padding: 1e9 }],
      ['Cropping2D', { cropping: 7 }],
      ['MaxPooling2D', { pool_size: 0 }],
      ['MaxPooling2D', { strides: [2, 2, 2] }],
      ['Reshape', { target_shape: [0, -1] }],
      ['Reshape', { target_shape: [-1, -1] }],
      ['Permute', { dims: [1, 1, 2] }],
      ['UpSampling2D', { size: 1e9 }],
      ['Concatenate', { axis: 9 }],
    ] as [string, JsonObject][]) {
      if (className !== 'Concatenate')
        expect(() => readLayers(config(className, options), none), className).toThrow(Error);
    }
  });

  it('junk in place of every part of a configuration', () => {
    const good = functional(
      [
        layer('ReLU', 'a', 'input'),
        layer('ZeroPadding2D', 'b', 'a', {
          padding: [
            [0, 1],
            [1, 0],
          ],
        }),
      ],
      'b',
    );
    const junk: readonly JsonValue[] = [null, -1, 1e308, 'x', [], {}, [[[]]], true];
    let tried = 0;
    const replaceEach = (value: JsonValue, put: (changed: JsonValue) => void): void => {
      for (const other of junk) put(other);
      if (Array.isArray(value))
        value.forEach((each: JsonValue, at) =>
          replaceEach(each, (changed) => put(value.with(at, changed) as JsonValue)),
        );
      else if (typeof value === 'object' && value !== null)
        for (const [key, each] of Object.entries(value as JsonObject))
          replaceEach(each!, (changed) => put({ ...(value as JsonObject), [key]: changed }));
    };
    replaceEach(good, (changed) => {
      tried++;
      try {
        readLayers(changed as JsonObject, none);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(TypeError);
        expect(error).not.toBeInstanceOf(RangeError);
      }
    });
    expect(tried).toBeGreaterThan(300);
  });
});

import { describe, expect, it } from 'vitest';
import { torchScope } from '../../../src/formats/models/onnx/onnxScope';
import { findLayer, lastSpatialLayer } from '../../../src/core/model/layers';
import type { LayerInfo } from '../../../src/core/model/modelInfo';

// Names as torch.onnx.export 2.13 writes them for a network of two blocks in a list.
const NEWER = "['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']";

describe('the module of PyTorch that a node came from', () => {
  it.each([
    ['node_conv2d', NEWER, 'layer1.0.conv1'],
    ['node_mean', "['', 'mean']", undefined],
    ['/layer1/layer1.0/conv1/Conv', undefined, 'layer1.0.conv1'],
    ['/layer1/layer1.0/Add', undefined, 'layer1.0'],
    ['/ReduceMean', undefined, undefined],
    ['Conv_12', undefined, undefined],
  ])('%s %s', (name, scopes, module) => {
    const metadata = new Map(scopes === undefined ? [] : [['pkg.torch.onnx.name_scopes', scopes]]);
    expect(torchScope(name, metadata)).toBe(module);
  });
});

describe('a layer by its name', () => {
  const layer = (id: string, scope: string, shape = [4, 4, 8]): LayerInfo => {
    const form = shape.length === 3 ? 'spatial' : 'vector';
    return { id, kind: 'Relu', ...(scope !== '' && { scope }), shape, form, feedsScores: true };
  };
  const layers = [
    layer('conv2d', 'layer1.0.conv1'),
    layer('add', 'layer1.0'),
    layer('relu', 'layer1.0.relu'),
    layer('relu_1', 'layer1.1'),
    layer('pooled', '', [1, 1, 8]),
    layer('layer10', 'layer10', [8]),
  ];
  const found = (name: string): string => findLayer({ layers, engine: 'onnx' }, name).id;

  it('is that of the file, else the last value of a module', () => {
    expect(['conv2d', 'layer1.0', 'layer1.0.conv1', 'layer1', 'layer10'].map(found)).toEqual([
      'conv2d',
      'relu',
      'conv2d',
      'relu_1',
      'layer10',
    ]);
    expect(() => found('layer2')).toThrow(expect.objectContaining({ code: 'unknown-layer' }));
    expect(() => found('')).toThrow(expect.objectContaining({ code: 'unknown-layer' }));
  });

  it('is by default the last with more than one place', () => {
    expect(lastSpatialLayer(layers)?.id).toBe('relu_1');
    expect(lastSpatialLayer(layers.slice(4))).toBeUndefined();
  });
});

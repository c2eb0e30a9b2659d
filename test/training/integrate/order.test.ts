import { describe, expect, it } from 'vitest';
import { orderBySteps } from '../../../src/training/integrate/order';

describe('orderBySteps', () => {
  it.each([
    ['numbers, not letters', ['00000001', '9', '10']],
    ['one form, the last number that differs', ['net2-8.onnx', 'net2-16.onnx', 'net2-064.onnx']],
    ['a size after the step is the same everywhere', ['s5-28x28.h5', 's40-28x28.h5', 's300-28x28.h5']],
    ['Keras: the epoch, not the loss', ['weights.01-0.95.hdf5', 'weights.02-0.10.hdf5', 'weights.10-0.05.hdf5']],
    ['the loss as a bare number', ['epoch1_loss95.onnx', 'epoch2_loss10.onnx', 'epoch10_loss5.onnx']],
    ['Lightning: epoch, then step', ['epoch=0-step=900', 'epoch=1-step=100', 'epoch=1-step=1000']],
    ['epochs and steps named', ['ckpt-2.keras', 'ckpt-10.keras', 'step_11.keras']],
    ['numbers longer than a double', ['m90071992547409930', 'm90071992547409931', 'm190071992547409931']],
    ['without a number last, by name', ['e3.onnx', 'e20.onnx', 'best.onnx', 'last.onnx']],
    ['different forms as a person sorts them', ['a-2-1', 'a-10', 'b-1']],
    ['hostile names', ['1\n', '2\u0000', '\u0007']],
  ])('%s', (_, names) => {
    expect(orderBySteps([...names].reverse())).toEqual(names);
    expect(orderBySteps(names.slice(1).concat(names.slice(0, 1)))).toEqual(names);
  });

  it('is quick for names made to be slow', () => {
    const names = ['e'.repeat(255), '_'.repeat(250) + '1', '1.'.repeat(120), '-='.repeat(127), '9'.repeat(255)];
    expect(orderBySteps(names)).toHaveLength(5);
  });
});

import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../bench/options';

describe('options of the bench', () => {
  it('measure every task of models, and no training, unless told', () => {
    const options = readOptions([])!;
    expect(options.against).toBeUndefined();
    expect(options.rounds).toBe(9);
    expect(options.training).toBe('none');
    expect(options.tasks).toContain('pgd-loop');
    expect(readOptions(['--training'])!.training).toBe('only');
  });

  it('compare with another checkout on the engine that the product chooses, training too', () => {
    const options = readOptions(['--against', 'some/where'])!;
    expect(options.against).toEqual({ checkout: path.resolve('some/where'), engines: ['auto'], fail: false });
    expect(options.rounds).toBe(12);
    expect(options.training).toBe('too');
    expect(options.tasks).toContain('occlusion-loop');
  });

  it('leave the loops of the bench out of a quick comparison, unless one is named', () => {
    const quick = ['--against', '.', '--quick', '--fail'];
    expect(readOptions(quick)).toMatchObject({
      tasks: ['gradient', 'integrated-gradients', 'fgsm', 'bare-prediction', 'bare-prediction-batch'],
      rounds: 8,
      against: { fail: true },
    });
    expect(readOptions([...quick, '--only', 'pgd-loop'])).toMatchObject({ tasks: ['pgd-loop'], training: 'none' });
  });

  it('name the engines of a comparison', () => {
    expect(readOptions(['--against', '.', '--engines', 'wasm,onnx'])!.against!.engines).toEqual(['onnx', 'wasm']);
    expect(() => readOptions(['--against', '.', '--engines', 'eager'])).toThrow(/--engines eager.*auto, onnx/);
  });

  it('never compare fewer pairs than have quartiles', () => {
    expect(readOptions(['--against', '.', '--rounds', '1'])!.rounds).toBe(4);
    expect(readOptions(['--against', '.', '--rounds', '30', '--quick'])!.rounds).toBe(30);
  });

  it.each([
    [['--fail'], /--fail wants --against/],
    [['--only', 'gradient,pgd'], /--only pgd: there are gradient/],
    [['--against', '.', '--rounds', '2.5'], /--rounds wants a whole number/],
    [['--nearby', '.'], /--nearby/],
  ])('refuse %j', (args, reason) => {
    expect(() => readOptions(args)).toThrow(reason);
  });
});

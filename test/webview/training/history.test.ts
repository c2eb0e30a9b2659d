import { describe, expect, it } from 'vitest';
import { createHistory } from '../../../webview-ui/training/logic/history';

const start = () => createHistory({ loss: Float32Array.of(3, 2), accuracy: Float32Array.of(0, 0.5) });

describe('the history of a run', () => {
  it('grows by what comes', () => {
    const history = start();
    for (let step = 3; step <= 3000; step++)
      history.append(step, Float32Array.of(1 / step), Float32Array.of(step / 3000), 3000);
    expect(history.length()).toBe(3000);
    expect(history.loss()[0]).toBe(3);
    expect(history.loss()[2999]).toBeCloseTo(1 / 3000, 8);
    expect(history.accuracy()[1499]).toBeCloseTo(0.5, 6);
  });

  it('goes back where a run was continued from an earlier state', () => {
    const history = start();
    history.append(2, Float32Array.of(9), Float32Array.of(1), 100);
    expect([...history.loss()]).toEqual([3, 9]);
    history.append(1, Float32Array.of(8), Float32Array.of(1), 100);
    expect([...history.loss()]).toEqual([8]);
  });

  it('marks what was missed, and nothing of before shows there', () => {
    const history = start();
    history.append(1, Float32Array.of(1, 1, 1, 1, 1, 1), new Float32Array(6), 100);
    history.append(1, Float32Array.of(7), Float32Array.of(0), 100);
    history.append(4, Float32Array.of(5), Float32Array.of(0), 100);
    expect([...history.loss()]).toEqual([7, NaN, NaN, 5]);
  });

  it('refuses what cannot be', () => {
    const history = start();
    history.append(0, Float32Array.of(1), Float32Array.of(1), 100);
    history.append(101, Float32Array.of(1), Float32Array.of(1), 100);
    history.append(1e15, Float32Array.of(1), Float32Array.of(1), 100);
    history.append(3, Float32Array.of(1, 2), Float32Array.of(1), 100);
    expect(history.length()).toBe(2);
  });
});

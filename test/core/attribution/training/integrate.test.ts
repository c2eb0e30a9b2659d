import { describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../../src/core/errors';
import type { PixelImage } from '../../../../src/core/image/pixels';
import { resolveParameters } from '../../../../src/core/method/parameters';
import type { CheckpointSource } from '../../../../src/core/attribution/training/checkpoint';
import { integrate } from '../../../../src/core/attribution/training/integrate';
import { integrationParameters } from '../../../../src/core/attribution/training/parameters';
import type { CountingClassifier, Net } from '../../nets';
import { classifierOf, derive, fixedLossNet, linearNet, rowImage, squareLossNet, tanhNet } from '../../nets';

/** Nets as checkpoints, each with a hash of its own, and the classifiers that were made of them. */
function checkpoints(nets: readonly Net[]) {
  const opened: CountingClassifier[] = [];
  const sources = nets.map((net, index): CheckpointSource => ({
    name: `"n${index}"`,
    open: async () => {
      const classifier = classifierOf(net);
      opened.push(classifier);
      return { ...classifier, info: { ...classifier.info, hash: String(index) } };
    },
  }));
  return { sources, opened };
}

function run(sources: readonly CheckpointSource[], image: PixelImage, label: number, given = {}, context = {}) {
  const parameters = resolveParameters(integrationParameters, given);
  return integrate(sources, async () => ({ image, label }), parameters, { seed: 0, ...context });
}

const a = rowImage(2, 3);
const theta = () => checkpoints([squareLossNet([1, 0]), squareLossNet([1, 1])]).sources;

describe('known answer: J = ½(θ·a − y)², a = (2, 3), y = 1, θ₁ = (1, 0), θ₂ = (1, 1)', () => {
  it.each([
    [{}, [5, 4]],
    [{ reduction: 'mean' }, [2.5, 2]],
    [{ timesInput: true }, [10, 12]],
    [{ reduction: 'mean', timesInput: true, absolute: true }, [5, 6]],
  ])('%o', async (given, expected) => {
    const { map, visited, warnings } = await run(theta(), a, 1, given);
    expect([...map.data]).toEqual(expected);
    expect(visited.map(({ loss }) => loss)).toEqual([0.5, 8]);
    expect(warnings).toEqual([]);
  });

  it('magnitudes do not cancel, sums do', async () => {
    const { sources } = checkpoints([fixedLossNet([3, -1]), fixedLossNet([-1, -2])]);
    expect([...(await run(sources, a, 0)).map.data]).toEqual([2, -3]);
    expect([...(await run(sources, a, 0, { absolute: true })).map.data]).toEqual([4, 3]);
  });
});

describe('the sum', () => {
  it('is that of the cross-entropy’s gradients, one gradient a checkpoint, each disposed', async () => {
    const nets = [0.5, -1, 2].map((w) => tanhNet([[w, 1, -w]], [[1], [-2]]));
    const image = rowImage(0.2, 0.9, 0.4);
    const { sources, opened } = checkpoints(nets);
    const { map } = await run(sources, image, 1);
    const expected = [0, 0, 0];
    for (const net of nets)
      derive(net, [...image.data], { kind: 'cross-entropy', label: 1 }).gradient.forEach(
        (value, index) => (expected[index]! += value),
      );
    map.data.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6));
    expect(opened.map(({ calls }) => calls)).toEqual(nets.map(() => ({ predict: 0, gradient: 1, dispose: 1 })));
  });

  it('is in float64: small gradients do not vanish beside large ones', async () => {
    const { sources } = checkpoints(
      [2 ** 25, ...new Array<number>(64).fill(1), -(2 ** 25)].map((g) => fixedLossNet([g])),
    );
    expect([...(await run(sources, rowImage(1), 0)).map.data]).toEqual([64]);
  });
});

describe('what goes wrong', () => {
  const refusal = new UserError('model-unreadable', 'It ends in the middle.', 'Copy it again.');
  const broken: CheckpointSource = { name: '"broken"', open: () => Promise.reject(refusal) };

  it('a checkpoint that cannot be opened is left out and named', async () => {
    const [first, second] = theta();
    const { map, visited, warnings } = await run([broken, first!, broken, second!], a, 1);
    expect([...map.data]).toEqual([5, 4]);
    expect(visited.map(({ index }) => index)).toEqual([1, 3]);
    expect(warnings).toEqual([expect.stringMatching(/"broken" and "broken" cannot.*ends in the middle/)]);
  });

  it('none that can be opened, or none at all, is a failure; so is one that is not the file’s', async () => {
    await expect(run([broken], a, 1)).rejects.toMatchObject({
      code: 'model-unreadable',
      message: /ends in the middle/,
    });
    await expect(run([], a, 1)).rejects.toMatchObject({ code: 'file-missing' });
    const noEngine = new UserError('engine-unavailable', 'No engine.', 'Install one.');
    await expect(run([{ name: 'x', open: () => Promise.reject(noEngine) }], a, 1)).rejects.toBe(noEngine);
  });

  it.each([
    ['size', linearNet([[1, 1, 1], [0, 0, 0]]), /"n1" takes images of 1 × 3 × 1, but "n0" takes images of 1 × 2 × 1/], // prettier-ignore
    ['number of classes', linearNet([[1, 1]]), /"n1" has 1 classes, but "n0" has 2 classes/],
    ['names', { ...squareLossNet([1, 1]), names: ['cat', 'dog'] }, /"n1" calls class 0 "cat"/],
  ])('checkpoints of another %s are refused by name and disposed', async (_, net, message) => {
    const { sources, opened } = checkpoints([squareLossNet([1, 0]), net]);
    await expect(run(sources, a, 1)).rejects.toMatchObject({ code: 'model-spec', message });
    expect(opened.map(({ calls }) => calls.dispose)).toEqual([1, 1]);
  });

  it('the same network twice, an overflow and a dead loss are said', async () => {
    const [first] = theta();
    expect((await run([first!, first!], a, 1)).warnings.join()).toMatch(/"n0" and "n0" are the same network/);
    const overflow = checkpoints([fixedLossNet([1, 1]), fixedLossNet([NaN, Infinity])]).sources;
    expect((await run(overflow, a, 0)).warnings.join()).toMatch(/^2 values .* "n1" overflows/);
    expect((await run(checkpoints([fixedLossNet([0, 0])]).sources, a, 0)).warnings.join()).toMatch(/zero everywhere/);
  });

  it('a cancellation is heard between checkpoints; progress counts them', async () => {
    const signal = { aborted: false };
    const seen: string[] = [];
    const { sources, opened } = checkpoints([1, 2, 3].map((w) => squareLossNet([w, 0])));
    const progress = (done: number, total: number) => {
      seen.push(`${done}/${total}`);
      signal.aborted = done === 2;
    };
    await expect(run(sources, a, 1, {}, { signal, progress })).rejects.toThrow(CancelledError);
    expect(seen).toEqual(['1/3', '2/3']);
    expect(opened.map(({ calls }) => calls.dispose)).toEqual([1, 1]);
  });
});

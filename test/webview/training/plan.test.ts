import { describe, expect, it } from 'vitest';
import { numberProblem } from '../../../webview-ui/controls/numberField';
import { layoutFilm } from '../../../webview-ui/training/run/film/layout';
import { chosenNetwork, plannedSteps, planOf, startProblem } from '../../../webview-ui/training/form/plan';
import { formatDuration } from '../../../webview-ui/training/logic/duration';
import { actionsOf } from '../../../webview-ui/training/run/status';
import { datasetInfo, form, runContents } from '../support/runs';

const draft = { network: 'deep-network', fresh: false, name: '', options: form.defaults };
const ready = { ...form, dataset: { request: { path: '/data' }, info: datasetInfo } };

describe('the plan of a run', () => {
  it('starts when all is there, and says what is missing', () => {
    expect(startProblem(ready, draft, true)).toBeUndefined();
    expect(startProblem(form, draft, true)).toContain('Choose a data set');
    expect(startProblem({ ...form, dataset: { request: { path: '/data' } } }, draft, true)).toContain('being read');
    expect(startProblem(ready, draft, false)).toContain('marked fields');
    expect(startProblem(ready, { ...draft, network: 'alexnet' }, true)).toContain('at least 64 × 64');
  });

  it('names the run after network and data, and asks for fresh weights only of models', () => {
    expect(planOf(ready, { ...draft, fresh: true })).toMatchObject({
      name: 'Deep network on Fashion-MNIST',
      fresh: false,
    });
    const long = { ...ready, dataset: { ...ready.dataset, info: { ...datasetInfo, name: 'x'.repeat(999) } } };
    expect(planOf(long, draft).name).toHaveLength(120);
    const own = { ...draft, network: '/models/mine/model.json', fresh: true, name: ' My run ' };
    expect(planOf(ready, own)).toMatchObject({ name: 'My run', fresh: true });
  });

  it('counts the smaller last minibatch of every epoch', () => {
    const options = { ...form.defaults, epochs: 2, batchSize: 1000, validationShare: 0.0505 };
    expect(plannedSteps(ready, options)).toBe(2 * 57);
    expect(plannedSteps(form, options)).toBeUndefined();
  });

  it('falls back to the first network when the chosen one is gone', () => {
    expect(chosenNetwork(form, '/models/gone.json')).toBe('deep-network');
    expect(chosenNetwork({ ...form, architectures: [], models: [] }, undefined)).toBe('');
  });
});

describe('what a number field refuses', () => {
  const spec = { caption: '', description: '', range: { minimum: 1, maximum: 100, isWhole: true } };
  it.each(['', ' ', 'x', '0', '101', '1.5', '1e999', 'NaN', '0x'])('%j', (text) => {
    expect(numberProblem(text, spec)).toBeDefined();
  });
  it('and what not', () => {
    expect(numberProblem('100', spec)).toBeUndefined();
    expect(numberProblem('', { ...spec, placeholder: 'own' })).toBeUndefined();
    expect(numberProblem('1e-3', { ...spec, range: { minimum: 0, maximum: 100, isWhole: false } })).toBeUndefined();
  });
});

describe('actions of a run', () => {
  it.each([
    ['running', true, false, ['pause', 'stop', 'export']],
    ['paused', true, false, ['resume', 'stop', 'export']],
    ['running', false, true, ['continue', 'export', 'new']],
    ['failed', false, true, ['continue', 'export', 'new']],
    ['stopped', false, true, ['continue', 'model', 'export', 'new']],
    ['finished', false, true, ['model', 'export', 'new']],
  ] as const)('%s, live %s, continuable %s', async (status, live, continuable, actions) => {
    const { record } = await runContents({ step: 5, steps: 10 });
    expect(actionsOf({ ...record, status }, live, continuable)).toEqual(actions);
  });
});

describe('the layout of a film', () => {
  it.each([
    [1, 28, 28],
    [2, 256, 100],
    [9, 28, 28],
    [64, 256, 256],
    [64, 50, 500],
  ])('%i pictures of %i × %i fit without overlap, on even sides', (count, width, height) => {
    const layout = layoutFilm(count, { width, height });
    expect([layout.width % 2, layout.height % 2]).toEqual([0, 0]);
    expect(layout.cells).toHaveLength(count);
    for (const [index, cell] of layout.cells.entries()) {
      expect(cell.x + cell.width).toBeLessThanOrEqual(layout.width);
      expect(cell.y + cell.height).toBeLessThanOrEqual(layout.height);
      for (const other of layout.cells.slice(0, index))
        expect(cell.x >= other.x + other.width || cell.y >= other.y + other.height + 2 * layout.font).toBe(true);
    }
  });
});

describe('spans', () => {
  it('of time', () => {
    expect([8, 200, 7500, 3600, NaN].map(formatDuration)).toEqual([
      '8\u00a0s',
      '3\u00a0min 20\u00a0s',
      '2\u00a0h 5\u00a0min',
      '1\u00a0h',
      '–',
    ]);
  });
});

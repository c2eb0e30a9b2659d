import { describe, expect, it } from 'vitest';
import type { ModelCheck } from '../../../src/core/result/modelCheck';
import { modelCheckReport } from '../../../src/core/result/modelCheckReport';
import { classifierOf, linearNet } from '../nets';

const check: ModelCheck = {
  kind: 'model-check',
  version: 1,
  created: '2020-01-02T03:04:05.000Z',
  model: { ...classifierOf(linearNet([[1, 2]])).info, operators: { Gemm: 3, Relu: 2 }, warnings: ['Look out.'] },
  seed: 0,
  verdict: 'warning',
  checks: [
    { id: 'runs', status: 'passed', sentence: 'It runs.', numbers: { pictures: 3 } },
    { id: 'second-engine', status: 'skipped', sentence: 'None is there.', numbers: {} },
  ],
  timings: { model: 12.4, compute: 99.6 },
};

describe('the report of a model check', () => {
  it('holds the checks, the warnings, the operators and the numbers', () => {
    const report = modelCheckReport(check);
    expect(report).toMatch(/^# hand\\-set net$/m);
    expect(report).toContain('| ✓ passed | Runs | It runs\\. |');
    expect(report).toContain('- Look out\\.');
    expect(report).toContain('| Gemm | 3 |');
    expect(report).toContain('| Runs | pictures | 3 |');
  });

  it('holds the warnings of the image that was tried', () => {
    const report = modelCheckReport({ ...check, imageWarnings: ['scan.png: it is dark.'] });
    expect(report).toContain('- Look out\\.\n- scan\\.png\\: it is dark\\.');
  });

  it('leaves out what there is nothing of', () => {
    const { operators, ...model } = check.model;
    expect(operators).toBeDefined();
    const report = modelCheckReport({ ...check, model: { ...model, warnings: [] }, checks: [] });
    expect(report).not.toMatch(/Operators|Warnings|Measured/);
  });

  it('shows text from a model as text, in its place', () => {
    const nasty = '<img src=x onerror=alert(1)> [a](command:evil) | `b` ![c](http://d)\n# e ​&lt;';
    const model = { ...check.model, name: nasty, classes: [nasty], operators: { [nasty]: 1 }, warnings: [nasty] };
    const report = modelCheckReport({ ...check, model });
    const lines = report.split('\n');
    expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(1);
    // Every character that means something to Markdown or HTML is escaped where the model's text stands.
    for (const line of lines.filter((each) => each.includes('onerror'))) {
      const text = line.slice(line.indexOf('img') - 2);
      expect(text.replace(/\\[^\w\s]/g, '')).not.toMatch(/[<>[\]`!()&#]/);
    }
    expect(lines.filter((line) => line.includes('onerror')).length).toBeGreaterThanOrEqual(4);
  });
});

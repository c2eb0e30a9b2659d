import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Called in the extension host; rejects if a test failed. The counts go to a file, because a host that dies says nothing. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false });
  // Gives the test files their `describe` and `it`.
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./activation.test');
  await import('./manifest.test');
  await import('./messages.test');
  await import('./pageMessages.test');
  await import('./panelRequests.test');
  await import('./trainingMessages.test');
  await import('./liveRun.test');
  await import('./runs.test');
  await import('./resultStore.test');
  await import('./resultTree.test');
  await import('./integrate.test');
  // Before anything chooses a model for the workspace.
  await import('./models.test');
  await import('./modelCheck.test');
  await import('./attribution.test');
  await import('./attack.test');
  await import('./failures.test');
  await import('./saving.test');
  await import('./training.test');
  await import('./trainingInterrupted.test');
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run((count) => {
      const file = process.env.GRADIENT_LENS_TEST_RESULT;
      if (file) writeFileSync(file, JSON.stringify(runner.stats));
      resolve(count);
    });
  });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}

// Everything: npm test. GRADIENT_LENS_DESKTOP=1 runs the extension's tests in the desktop VS Code as well,
// GRADIENT_LENS_SKIP_VSCODE=1 leaves out what needs an editor.
import { runChecks } from './support/checkStages';
import { packExtension } from './support/extensionPackage';
import { runDesktopTests, runExtensionTests } from './support/extensionTests';
import { runScript } from './support/missing';
import type { Counts, StageResult } from './support/stages';
import { describeCounts, NO_TESTS, runStage, sumCounts } from './support/stages';
import { runVitest } from './support/vitestStage';

const skipVscode = process.env.GRADIENT_LENS_SKIP_VSCODE === '1';
const desktop = process.env.GRADIENT_LENS_DESKTOP === '1';

runScript(async () => {
  const results: Counts[] = [];
  const stage = async (name: string, work: () => Promise<StageResult>) => {
    const counts = await runStage(name, work);
    results.push(counts);
    return counts.failed === 0;
  };

  results.push(...(await runChecks()));
  await stage('unit tests', () => runVitest('vitest.config.ts'));

  let packageFile = '';
  const packed = await stage('package', async () => {
    const { file, megabytes } = await packExtension();
    packageFile = file;
    console.log(`       the .vsix has ${megabytes.toFixed(1)} MB`);
    return NO_TESTS;
  });

  if (skipVscode) {
    console.log('       the tests in VS Code are left out (GRADIENT_LENS_SKIP_VSCODE=1)');
  } else if (packed) {
    await stage('extension host tests', runExtensionTests);
    if (desktop) await stage('extension host tests, desktop', runDesktopTests);
    await stage('workbench tests', () => runVitest('vitest.e2e.config.ts', { GRADIENT_LENS_VSIX: packageFile }));
  } else {
    console.log('       the tests in VS Code cannot run without a package');
  }

  const sum = sumCounts(results);
  console.log(describeCounts(sum));
  return sum.failed > 0 ? 1 : 0;
});

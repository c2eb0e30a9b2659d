// Everything that needs no editor: npm run check
import { runChecks } from './support/checkStages';
import { runScript } from './support/missing';
import { describeCounts, runStage, sumCounts } from './support/stages';
import { runVitest } from './support/vitestStage';

runScript(async () => {
  const results = await runChecks();
  results.push(await runStage('unit tests', () => runVitest('vitest.config.ts')));
  const sum = sumCounts(results);
  console.log(describeCounts(sum));
  return sum.failed > 0 ? 1 : 0;
});

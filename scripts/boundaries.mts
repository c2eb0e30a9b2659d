import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { folderCycles } from './support/folderCycles';

// Holds src and webview-ui to the table of .dependency-cruiser.cjs, and finds folders that need one another.

async function main(): Promise<void> {
  const { options, ...ruleSet } = await extractDepcruiseConfig('./.dependency-cruiser.cjs');
  const settings = { ...options, ruleSet, validate: true, outputType: 'json' } as ICruiseOptions;
  const tsConfig = extractTSConfig('tsconfig.json');
  const { output } = await cruise(['src', 'webview-ui'], settings, undefined, { tsConfig });
  const { modules, summary } = JSON.parse(output as string) as ICruiseResult;
  const cycles = folderCycles(
    modules.map(({ source, dependencies }) => ({
      path: source,
      imports: dependencies.map(({ resolved }) => resolved).filter((path) => /^(src|webview-ui)\//.test(path)),
    })),
  );
  for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
  for (const { folder, neighbours, imports } of cycles) {
    console.error(`${neighbours.join(', ')} in ${folder} need one another: ${imports.join('; ')}`);
  }
  if (summary.violations.length + cycles.length > 0) process.exitCode = 1;
  else console.log(`${modules.length} files keep to their rooms`);
}

void main();

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { startBrowser } from './browser';
import { run } from './command';
import externalPackages from './externalPackages.json';
import { repository, temporaryFolder } from './paths';
import type { StageResult } from './stages';
import { startServer, workbenchAddress } from './vscodeServer';

const SOURCE = path.join(repository, 'test', 'extension');
const BUNDLES = path.join(repository, 'dist', 'test');
const TIME_LIMIT_MS = 300_000;

/**
 * What mocha counts. When the suite has run to its end it is written to the file that `GRADIENT_LENS_TEST_RESULT` names:
 * by the suite's own entry, or by mocha's JSON reporter.
 */
interface MochaStats {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

/** Bundles the entry and every test file, for runners that load one as for those that load the other. */
async function bundleTests(): Promise<void> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  await build({
    absWorkingDir: repository,
    entryPoints: files
      .filter((file) => file === 'index.ts' || file.endsWith('.test.ts'))
      .map((file) => path.join(SOURCE, file)),
    outbase: SOURCE,
    outdir: BUNDLES,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['mocha', ...externalPackages],
    logLevel: 'warning',
  });
}

async function copySamples(): Promise<string> {
  const folder = temporaryFolder('gradient-lens-workspace-');
  await cp(path.join(repository, 'samples'), folder, { recursive: true });
  return folder;
}

/** Runs the extension's tests with mocha in the extension host of the browser-served VS Code. Needs a build in `dist`. */
export async function runExtensionTests(): Promise<StageResult> {
  await bundleTests();
  const folder = await copySamples();
  const resultFile = path.join(temporaryFolder('gradient-lens-report-'), 'mocha.json');
  const server = await startServer({ folder, automation: true, env: { GRADIENT_LENS_TEST_RESULT: resultFile } });
  try {
    const browser = await startBrowser();
    try {
      const development = { extension: repository, tests: path.join(BUNDLES, 'index') };
      const address = workbenchAddress(server, { folder, development });
      const { code, output } = await runInHost(browser.page, address);
      return countMocha(resultFile, code, output);
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

async function runInHost(page: Page, address: string): Promise<{ code: number; output: string }> {
  let output = '';
  const ended = new Promise<number>((resolve) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
  });
  await page.exposeFunction('codeAutomationLog', (_type: string, values: unknown[]) => {
    output += `${format(...values)}\n`;
  });
  await page.goto(address);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      output += `The tests did not end in ${TIME_LIMIT_MS / 1000} s.\n`;
      resolve(1);
    }, TIME_LIMIT_MS);
  });
  const code = await Promise.race([ended, late]);
  clearTimeout(timer);
  return { code, output };
}

/** Runs the same tests in the desktop VS Code that @vscode/test-cli finds or downloads. */
export async function runDesktopTests(): Promise<StageResult> {
  await bundleTests();
  const resultFile = path.join(temporaryFolder('gradient-lens-report-'), 'mocha.json');
  const cli = path.join(repository, 'node_modules', '@vscode', 'test-cli', 'out', 'bin.mjs');
  const { code, output } = await run(process.execPath, [cli], { env: { GRADIENT_LENS_TEST_RESULT: resultFile } });
  return countMocha(resultFile, code, output);
}

/** VS Code reports success when its extension host dies in the middle: only the file says that the suite ran to its end. */
function countMocha(file: string, code: number, output: string): StageResult {
  if (!existsSync(file))
    return { passed: 0, failed: 1, skipped: 0, details: `${output}\nThe tests did not run to their end.` };
  const report = JSON.parse(readFileSync(file, 'utf8')) as MochaStats | { readonly stats: MochaStats };
  const { passes, failures, pending } = 'stats' in report ? report.stats : report;
  const broken = code !== 0 || passes === 0;
  return { passed: passes, failed: broken ? Math.max(failures, 1) : failures, skipped: pending, details: output };
}

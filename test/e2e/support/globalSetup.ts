import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { prepareChromium } from '../../../scripts/support/chromium';
import { packExtension } from '../../../scripts/support/extensionPackage';
import type { ServerFacts, VscodeServer } from '../../../scripts/support/vscodeServer';
import { startServer } from '../../../scripts/support/vscodeServer';

declare module 'vitest' {
  interface ProvidedContext {
    server: ServerFacts;
  }
}

let server: VscodeServer | undefined;

/** Serves VS Code with the packed extension installed: the .vsix that `GRADIENT_LENS_VSIX` names, else one packed now. */
export async function setup(project: TestProject): Promise<void> {
  await prepareChromium();
  const packageFile = process.env.GRADIENT_LENS_VSIX ?? (await packExtension()).file;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  server = await startServer({ packages: [packageFile] });
  const { address, port, pid, folder, automation } = server;
  project.provide('server', { address, port, pid, folder, automation });
}

export async function teardown(): Promise<void> {
  await server?.stop();
}

import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, inject } from 'vitest';
import type { TestBrowser } from '../../../scripts/support/browser';
import { startBrowser } from '../../../scripts/support/browser';
import { repository, temporaryFolder } from '../../../scripts/support/paths';
import type { ServerFacts } from '../../../scripts/support/vscodeServer';
import { writeSettings } from '../../../scripts/support/vscodeServer';
import type { Workbench } from './workbench';
import { openWorkbench } from './workbench';

/** A window of the shared VS Code on a workspace of its own. */
export interface Session {
  readonly server: ServerFacts;
  readonly folder: string;
  readonly workbench: Workbench;
}

const FAILURES = path.join(repository, '.cache', 'e2e');

/** Opens a window on a copy of the samples for the tests of a file; a picture of it is kept when a test fails. */
export function useSession(prepare: (folder: string) => Promise<void> = async () => undefined): () => Session {
  let browser: TestBrowser | undefined;
  let session: Session | undefined;

  beforeAll(async () => {
    const server = inject('server');
    await writeSettings(server.folder, {});
    const folder = temporaryFolder('gradient-lens-workspace-');
    await cp(path.join(repository, 'samples'), folder, { recursive: true });
    await prepare(folder);
    browser = await startBrowser();
    session = { server, folder, workbench: await openWorkbench(browser.page, server, folder) };
  });

  beforeEach(({ onTestFailed, task }) => {
    onTestFailed(async () => {
      await mkdir(FAILURES, { recursive: true });
      const file = path.join(FAILURES, `${task.name.replace(/[^\w-]+/g, '-').slice(0, 80)}.png`);
      await session?.workbench.page.screenshot({ path: file });
      console.error(`The window at that moment: ${path.relative(repository, file)}`);
    });
  });

  afterAll(async () => {
    await browser?.close();
    if (session) await rm(session.folder, { recursive: true, force: true });
  });

  return () => session!;
}

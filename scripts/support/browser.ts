import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { prepareChromium } from './chromium';

const WINDOW = { width: 1280, height: 800 };

export interface TestBrowser {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** A headless Chromium with a fresh profile that reaches this machine only. */
export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: await prepareChromium(),
    headless: true,
    args: [
      // Chromium's sandbox refuses to start as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
  const context = await browser.newContext({ viewport: WINDOW, permissions: ['clipboard-read', 'clipboard-write'] });
  return { page: await context.newPage(), close: () => browser.close() };
}

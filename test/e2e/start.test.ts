import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { startBrowser } from '../../scripts/support/browser';
import { repository } from '../../scripts/support/paths';
import { findPanel } from './support/panel';
import { openWorkbenchAt } from './support/workbench';

describe('npm start', () => {
  it('serves VS Code with the extension and sample pictures where there is no display, until it is ended', async () => {
    const child = spawn('npm', ['start', '--silent', '--', '--browser'], {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      const address = await new Promise<string>((resolve, reject) => {
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          const match = /http:\/\/127\.0\.0\.1:\d+\S*/.exec(output);
          if (match) resolve(match[0]);
        });
        void ended.then(() => reject(new Error(output)));
      });
      const browser = await startBrowser();
      try {
        const workbench = await openWorkbenchAt(browser.page, address);
        await workbench.explorerMenu('sandal.png', 'Show Attribution');
        const panel = await findPanel(workbench, 'overlay');
        await expect.poll(() => panel.frame.getByRole('heading', { level: 1 }).textContent()).toMatch(/sandal/i);
      } finally {
        await browser.close();
      }
    } finally {
      process.kill(-child.pid!, 'SIGINT');
    }
    await ended;
  });
});

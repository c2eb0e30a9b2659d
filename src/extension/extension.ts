import type { ExtensionContext } from 'vscode';
import { App } from './app';
import { startStopwatch } from './stopwatch';
import type { TestApi } from './testApi';

export function activate(context: ExtensionContext): TestApi | undefined {
  const elapsed = startStopwatch();
  const app = new App(context);
  context.subscriptions.push(app);
  return app.testApi(elapsed());
}

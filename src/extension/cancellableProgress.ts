import { ProgressLocation, window } from 'vscode';

/** Moves the bar to a percentage of the whole. */
type Report = (percent: number, message?: string) => void;

/** Runs `work` behind a notification; its Cancel aborts the signal. */
export function withCancellableProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
): Thenable<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      return work(controller.signal, (percent, message) => {
        progress.report({ increment: percent - shown, ...(message !== undefined && { message }) });
        shown = percent;
      });
    },
  );
}

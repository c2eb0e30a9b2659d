import { announce } from './announce';
import { createBusyWidget } from './busyWidget';
import type { Work } from './state';

export interface BusyIndicator {
  readonly element: HTMLElement;
  show(work: Work): void;
}

const STAGES = { model: 'Loading the model', image: 'Reading the picture', compute: 'Computing' } as const;
const ANNOUNCED_QUARTERS = [25, 50, 75];

/** The request that the page has sent, how far it is, and Cancel. */
export function createBusyIndicator(cancel: () => void): BusyIndicator {
  const widget = createBusyWidget(cancel);
  let announcedQuarter = 0;
  let isBusy = false;

  return {
    element: widget.element,
    show(work) {
      if (work.kind === 'idle') {
        widget.hide();
        isBusy = false;
        return;
      }
      const { title, progress, hasStage } = work;
      const isCounted = progress !== undefined && progress.total > 1;
      const stage = progress === undefined ? '' : STAGES[progress.stage];
      widget.show({
        title,
        detail: isCounted ? `${stage} ${progress.done} of ${progress.total}` : stage,
        end: hasStage ? 'Stop' : 'Cancel',
        ...(isCounted ? { counted: progress } : {}),
      });
      if (!isBusy) {
        isBusy = true;
        announcedQuarter = 0;
        announce(title);
      } else if (isCounted) {
        const percent = (100 * progress.done) / progress.total;
        const quarter = ANNOUNCED_QUARTERS.findLast((threshold) => percent >= threshold) ?? 0;
        if (quarter > announcedQuarter) announce(`${quarter} percent`);
        announcedQuarter = Math.max(announcedQuarter, quarter);
      }
    },
  };
}

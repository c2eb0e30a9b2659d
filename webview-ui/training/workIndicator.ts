import { announce } from '../announce';
import { createBusyWidget } from '../busyWidget';

export interface Activity {
  readonly title: string;
  readonly detail?: string;
  /** 0 to 1, where it is known. */
  readonly share?: number;
  readonly cancel: () => void;
}

export interface WorkIndicator {
  readonly element: HTMLElement;
  readonly show: (activity: Activity | undefined) => void;
}

/** What runs beside the training: a download, an export. */
export function createWorkIndicator(): WorkIndicator {
  let current: Activity | undefined;
  const widget = createBusyWidget(() => current?.cancel());
  return {
    element: widget.element,
    show(activity) {
      if (activity !== undefined && activity.title !== current?.title) announce(activity.title);
      current = activity;
      if (activity === undefined) widget.hide();
      else {
        const { title, detail = '', share } = activity;
        const counted = share === undefined ? {} : { counted: { done: Math.round(100 * share), total: 100 } };
        widget.show({ title, detail, ...counted });
      }
    },
  };
}

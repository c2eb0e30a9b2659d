import type { Probe } from '../../src/protocol/panel';
import type { Cell } from './grid';
import { throttleLatest } from './probe';
import type { StatusBar } from './statusBar';

/** What lies under the probe: shown in the status bar and passed on to the host. */
export type Reading = { readonly probe: Probe; readonly text: string } | undefined;

/** Milliseconds between two messages to the host. */
const INTERVAL = 50;

/** Reports where the probe is, by `read`, whenever it moves or what it reads has changed. */
export function createProbeReporter(
  read: (cell: Cell) => Reading,
  statusBar: StatusBar,
  pass: (probe: Probe | undefined) => void,
): (cell: Cell | undefined, byKey: boolean) => void {
  const passOn = throttleLatest(INTERVAL, pass);
  return (cell, byKey) => {
    const reading = cell === undefined ? undefined : read(cell);
    statusBar.show(reading?.text, byKey);
    passOn(reading?.probe);
  };
}

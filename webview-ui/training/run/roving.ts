/** One Tab stop for a grid of controls; arrow keys, Home and End move among them. */
export function rove(grid: HTMLElement, controls: readonly HTMLElement[]): void {
  let current = 0;
  const stopAt = (index: number): void => {
    controls[current]?.setAttribute('tabindex', '-1');
    current = index;
    controls[current]?.setAttribute('tabindex', '0');
  };
  stopAt(0);
  grid.addEventListener('focusin', (event) => {
    const index = controls.indexOf(event.target as HTMLElement);
    if (index >= 0) stopAt(index);
  });
  grid.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = controls.length - 1;
    const columns = columnsOf(controls);
    const target = {
      ArrowRight: current + 1,
      ArrowLeft: current - 1,
      ArrowDown: current + columns,
      ArrowUp: current - columns,
      Home: 0,
      End: last,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    if (target < 0 || target > last) return;
    stopAt(target);
    controls[target]?.focus();
  });
}

/** How many controls lie in the first line. */
function columnsOf(controls: readonly HTMLElement[]): number {
  const top = controls[0]?.offsetTop;
  const next = controls.findIndex((control) => control.offsetTop !== top);
  return next < 0 ? controls.length : next;
}

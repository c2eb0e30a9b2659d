import type { Frame } from 'playwright-core';

/** Controls that are made of others, with a shadow root, have no tab stop of their own. */
const MARK_CONTROLS = `(() => {
  const selector = 'button, input, select, summary, a[href], [tabindex="0"], vscode-single-select';
  const controls = [...document.querySelectorAll(selector)].filter(
    (control) => control.checkVisibility() && !control.matches(':disabled, [tabindex="-1"]'),
  );
  controls.forEach((control, index) => control.setAttribute('data-tab-stop', String(index)));
  controls[0].focus();
  return controls.map((control) => {
    const name = control.getAttribute('aria-label') ?? control.labels?.[0]?.textContent ?? control.textContent;
    return control.tagName.toLowerCase() + ' ' + name.trim();
  });
})()`;
const FOCUSED = `document.activeElement?.getAttribute('data-tab-stop') ?? ''`;

/** The names of the visible controls of a page, and those of them that the Tab key reaches from the first. */
export async function walkTabOrder(frame: Frame): Promise<{ readonly all: string[]; readonly reached: string[] }> {
  const all = await frame.evaluate<string[]>(MARK_CONTROLS);
  const reached = new Set<number>();
  for (let step = 0; step < 2 * all.length; step++) {
    const focused = await frame.evaluate<string>(FOCUSED);
    if (focused === '') break;
    reached.add(Number(focused));
    await frame.page().keyboard.press('Tab');
  }
  return { all, reached: all.filter((_, index) => reached.has(index)) };
}

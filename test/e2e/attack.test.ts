import { describe, expect, it } from 'vitest';
import { engineProcesses } from './support/engineProcess';
import { findPanel, samePixels, untilPixels } from './support/panel';
import { useSession } from './support/session';
import { storedResults } from './support/storedResults';

const PANES = ['input', 'perturbation', 'adversarial'];

describe('running an attack', () => {
  const session = useSession();
  const predictions = async () => {
    const panel = await findPanel(session().workbench, 'adversarial');
    return Promise.all(PANES.map((name) => panel.pane(name).locator('.prediction').textContent()));
  };

  it('shows image, perturbation and adversarial image with the prediction of each', async () => {
    const { workbench } = session();
    await workbench.file('sandal.png').click();
    await workbench.page.getByRole('tab', { name: /sandal\.png/ }).waitFor();
    await workbench.palette('Gradient Lens: Run Attack…');
    await workbench.pick('FGSM');
    const panel = await findPanel(workbench, 'adversarial');
    for (const name of PANES) expect((await panel.pixels(name)).width).toBe(28);
    expect(samePixels(await panel.pixels('input'), await panel.pixels('adversarial'))).toBe(false);
    for (const prediction of await predictions()) expect(prediction).toMatch(/\w+.*\d\s%/);
    expect(await panel.frame.locator('[data-epsilon]').getAttribute('aria-valuetext')).toMatch(/^0\.01\b.*255/);
  });

  it('evaluates another ε when the slider moves', async () => {
    const { server, folder, workbench } = session();
    const panel = await findPanel(workbench, 'adversarial');
    const input = await panel.pixels('input');
    const before = await panel.pixels('adversarial');
    const [cleanBefore, , adversarialBefore] = await predictions();
    await panel.frame.locator('[data-epsilon]').fill('340');
    await untilPixels(panel, 'adversarial', (now) => !samePixels(now, before));
    await expect.poll(async () => (await predictions())[2]).not.toBe(adversarialBefore);
    expect((await predictions())[0]).toBe(cleanBefore);
    expect(samePixels(await panel.pixels('input'), input)).toBe(true);
    // The slider rests: that result is kept as well as the first.
    await expect.poll(() => storedResults(server, folder).length).toBe(2);
  });

  it('keeps the perturbation within ε', () => {
    const { server, folder } = session();
    const [latest] = storedResults(server, folder);
    const { epsilon } = latest!.record;
    const input = latest!.array('input.npy').data;
    const changes = latest!.array('adversarial.npy').data.map((value, index) => Math.abs(value - input[index]!));
    const largest = changes.reduce((most, value) => Math.max(most, value), 0);
    expect(epsilon).toBeGreaterThan(0.01);
    expect(largest).toBeGreaterThan(0.5 * epsilon!);
    expect(largest).toBeLessThanOrEqual(epsilon! + 1e-6);
  });

  it('lists the results after the window is loaded again, and opens one without computing', async () => {
    const { server, workbench } = session();
    const engines = engineProcesses(server);
    const shown = await (await findPanel(workbench, 'adversarial')).pixels('adversarial');
    await workbench.page
      .getByRole('tab', { name: /Gradient Lens/ })
      .first()
      .waitFor();
    await workbench.palette('View: Close All Editors');
    await workbench.reload();
    await workbench.palette('Gradient Lens: Focus on Results View');
    const row = workbench.page.getByRole('treeitem', { name: /FGSM|Fast gradient sign/i });
    await row.first().waitFor();
    expect(await row.count()).toBe(2);
    await row.first().click();
    const panel = await findPanel(workbench, 'adversarial');
    await untilPixels(panel, 'adversarial', (now) => samePixels(now, shown));
    expect(engineProcesses(server).filter((pid) => !engines.includes(pid))).toEqual([]);
  });
});

import type { RunContents } from '../../../src/training/run/contents';
import type { TestPage } from './panelPage';
import { frameAt } from './runs';

/** The places that a page asked for. */
interface Asked {
  readonly request: number;
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

/** Answers the page's requests for frames as a host would, until it asks no more; returns what was asked. */
export async function answerFrames(page: TestPage, run: RunContents): Promise<Asked[]> {
  const answered: Asked[] = [];
  for (;;) {
    const requests = (await page.posted()).filter(({ type }) => type === 'frames') as unknown as Asked[];
    if (requests.length === 0) return answered;
    for (const { request, from, to, stride } of requests) {
      const steps = run.frames.steps.slice(from, to).filter((_, index) => index % stride === 0);
      const frames = steps.map((step) => frameAt(step, run.record.steps, run.pictures.length));
      answered.push({ request, from, to, stride });
      await page.send({ type: 'frames', request, frames });
    }
  }
}

/** The colours of a watched image's cell. */
export async function cellPixels({ page }: TestPage, image: number): Promise<number[]> {
  return page
    .locator('.cell-canvas')
    .nth(image)
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      return Array.from((canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data);
    });
}

import path from 'node:path';
import { UserError } from '../core/errors';
import { reportFailure } from './report';
import type { Session } from './session';

export type ImageOutcome<Result> =
  { readonly image: string; readonly result: Result } | { readonly image: string; readonly error: UserError };

/**
 * What is asked of each image, one after the other. An image that fails does not stop the others, unless it is the only one; it is said
 * and the status is 2. What concerns the model or the request stops all.
 */
export async function eachImage<Result>(
  session: Pick<Session, 'fail'>,
  images: readonly string[],
  ask: (image: string, index: number) => Promise<Result>,
): Promise<readonly ImageOutcome<Result>[]> {
  const outcomes: ImageOutcome<Result>[] = [];
  for (const [index, image] of images.entries())
    try {
      outcomes.push({ image, result: await ask(image, index) });
    } catch (error) {
      if (images.length === 1 || !(error instanceof UserError) || !isAboutImage(error)) throw error;
      reportFailure(error);
      session.fail(2);
      outcomes.push({ image, error });
    }
  return outcomes;
}

/** An image that failed, in place of its document. */
export function failureDocument({ image, error }: { readonly image: string; readonly error: UserError }) {
  const { code, message, hint } = error;
  return { kind: 'error', image: { path: path.resolve(image) }, error: { code, message, hint } };
}

/** Failures of one image; the others concern the model, and so every image. */
function isAboutImage({ code }: UserError): boolean {
  return code.startsWith('image-') || code === 'file-missing';
}

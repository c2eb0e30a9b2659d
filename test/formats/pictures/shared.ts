import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../../src/core/errors';
import type { Picture } from '../../../src/core/image/pixels';

/** Files that lie beside the checkout on machines that have them. */
export const sharedData = path.resolve(__dirname, '../../../../shared/data');
export const hasSharedData = existsSync(sharedData);

export function readShared(...parts: string[]): Uint8Array {
  return new Uint8Array(readFileSync(path.join(sharedData, ...parts)));
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.resolve(__dirname, file), 'utf8'));
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** The user error that `work` fails with; fails the test where it does not fail or fails otherwise. */
export async function userErrorOf(work: () => unknown): Promise<UserError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a UserError, and nothing was thrown');
}

/** RGB values of a picture, three a pixel whether it is grey or not. */
export function rgbOf({ data, channels }: Picture): number[] {
  return channels === 3 ? [...data] : [...data].flatMap((value) => [value, value, value]);
}

/** Reproducible bytes (linear congruential, Numerical Recipes' constants). */
export function noise(count: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

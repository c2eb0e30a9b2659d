import { UserError } from '../errors';
import type { TrainingOptions } from './options';

/** Throws `UserError('parameter')` naming the first option of a training that is not possible. */
export function checkOptions({ optimizer, augmentation, checkpoints, watch, ...options }: TrainingOptions): void {
  requireWhole(options.epochs, 'number of epochs', 1, 100_000);
  requireWhole(options.batchSize, 'minibatch size', 1, 4096);
  requireWhole(options.seed, 'seed', 0, 0xffff_ffff);
  requireNumber(options.validationShare, 'share held out for validation', 0, 0.9);
  if (!(optimizer.learningRate > 0 && optimizer.learningRate <= 1000))
    throw wrong('learning rate', optimizer.learningRate, 'a number above 0, such as 0.001');
  requireNumber(optimizer.momentum, 'momentum', 0, 0.9999);
  requireNumber(optimizer.weightDecay, 'weight decay', 0, 10);
  requireNumber(augmentation.shift, 'shift', 0, 1);
  requireNumber(augmentation.crop, 'crop', 0, 0.9);
  requireWhole(checkpoints.every, 'number of minibatches between checkpoints', 1, 1e9);
  requireWhole(watch.every, 'number of minibatches between two looks at the watched images', 1, 1e9);
  requireWhole(watch.frameSide, 'longest side of a frame', 1, 4096);
  requireWhole(watch.frameBytes, 'number of bytes for frames', 1, 2 ** 46);
}

function requireWhole(value: number, name: string, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw wrong(name, value, `a whole number from ${low} to ${high}`);
}

function requireNumber(value: number, name: string, low: number, high: number): void {
  if (!(value >= low && value <= high)) throw wrong(name, value, `a number from ${low} to ${high}`);
}

function wrong(name: string, value: number, wanted: string): UserError {
  return new UserError('parameter', `The ${name} cannot be ${value}.`, `Use ${wanted}.`);
}

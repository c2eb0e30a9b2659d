import { UserError } from '../core/errors';

/** A softmax over one number is 1 whatever that is; nobody can be told which class a picture is by it. */
export function softmaxOfOne(): UserError {
  return new UserError(
    'model-unsupported',
    'The model ends in a softmax over one number, which is 1 whatever the picture shows.',
    'Export it with a softmax over its classes, or with a sigmoid where it has one score, or name the value before the softmax as "output" in lens.json.',
  );
}

import { CancelledError, UserError } from '../../core/errors';

const MISSING_KERNEL = /Kernel '([^']+)' not registered for backend '([^']+)'/;

/** The operation that the backend lacks, if that is why `error` was thrown. */
export function missingKernel(error: unknown): string | undefined {
  return MISSING_KERNEL.exec(messageOf(error))?.[1];
}

/** A failure while the model runs forward, said for its user. */
export function explainForward(error: unknown): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  const kernel = MISSING_KERNEL.exec(messageOf(error));
  if (kernel) {
    return new UserError(
      'engine-unavailable',
      `The engine ${kernel[2]!} lacks the operation ${kernel[1]!} that the model needs.`,
      'Choose the engine tensorflow or cpu.',
    );
  }
  return Object.assign(
    new UserError(
      'model-unsupported',
      'TensorFlow.js cannot run the model.',
      'Convert the model that it was made from to ONNX, or save it as a Keras file.',
    ),
    { cause: error },
  );
}

/** A failure while the model is differentiated, said for its user and naming the operation. */
export function explainGradient(error: unknown): Error {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  const message = messageOf(error);
  const kernel = MISSING_KERNEL.exec(message);
  if (kernel) {
    return unavailable(
      `The engine ${kernel[2]!} lacks ${kernel[1]!}, which the gradient of this model needs.`,
      'Choose the engine tensorflow or cpu, or a method that needs no gradient.',
    );
  }
  const operation = /gradient function not found for ([^.\s]+)/.exec(message)?.[1];
  if (operation !== undefined) {
    return unavailable(`The model's operation ${operation} cannot be differentiated by TensorFlow.js.`);
  }
  if (message.includes('Cannot compute gradient of y=f(x)')) {
    return unavailable("The model's scores do not depend on its input in a way that can be differentiated.");
  }
  const broken = /Error in gradient (?:for op|of) ([A-Za-z0-9_]+)/.exec(message)?.[1];
  return Object.assign(unavailable(`TensorFlow.js fails at the gradient of ${broken ?? 'the model'}.`), {
    cause: error,
  });
}

function unavailable(
  message: string,
  hint = 'Choose a method that needs no gradient, or a model without this operation.',
): UserError {
  return new UserError('gradient-unavailable', message, hint);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

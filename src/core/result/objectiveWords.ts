import type { ObjectiveFacts } from './record';

/** "logit of cat", "logit of cat − logit of dog": what was differentiated. */
export function objectiveWords({ kind, className, against }: ObjectiveFacts): string {
  if (against === undefined) return `${kind} of ${className}`;
  return `logit of ${className} − logit of ${against.className}`;
}

/** "cat", "cat rather than dog": what a map is for. */
export function explainedClass({ className, against }: ObjectiveFacts): string {
  return against === undefined ? className : `${className} rather than ${against.className}`;
}

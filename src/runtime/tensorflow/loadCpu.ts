/** Makes the plain JavaScript backend known to TensorFlow.js. */
export async function loadCpu(): Promise<void> {
  await import('@tensorflow/tfjs-backend-cpu');
}

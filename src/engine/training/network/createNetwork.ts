import { UserError } from '../../../core/errors';
import type {
  LayersModel,
  NetworkFactory,
  NetworkOptions,
  TrainableNetwork,
} from '../../../core/model/trainableNetwork';

/**
 * A network ready to train. `engine: 'auto'` takes ONNX Runtime where it knows every operation and its gradient, else
 * TensorFlow.js's fastest backend; `engineReason` says why. Throws `UserError` `engine-unavailable`, `model-unsupported`.
 */
export const createNetwork: NetworkFactory = async (model: LayersModel, options: NetworkOptions) => {
  if (options.engine === 'onnx') return createOnnx(model, options, 'The engine onnx was chosen.');
  const { createTensorFlowNetwork } = await import('../../../runtime/tensorflow/training/tensorflowNetwork');
  if (options.engine !== 'auto') return createTensorFlowNetwork(model, options);
  try {
    return await createOnnx(model, options, 'ONNX Runtime is the fastest engine.');
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return createTensorFlowNetwork(model, options, `ONNX Runtime is not used: ${why}`);
  }
};

async function createOnnx(model: LayersModel, options: NetworkOptions, reason: string): Promise<TrainableNetwork> {
  try {
    const { createOnnxNetwork } = await import('../../../runtime/onnx/training/onnxNetwork');
    return await createOnnxNetwork(model, options, reason);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'model-unsupported',
      `ONNX Runtime cannot train the network: ${message.split('\n')[0]!.slice(0, 300)}`,
      'Choose the engine tensorflow, wasm or cpu.',
    );
  }
}

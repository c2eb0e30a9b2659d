/** What ONNX Runtime itself says against a model; other failures are of the reading before it. */
export class OnnxRuntimeFailure extends Error {}

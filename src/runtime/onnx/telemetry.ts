import { isMainThread } from 'node:worker_threads';

/**
 * What keeps ONNX Runtime's libraries for Linux and macOS from writing an identifier and a data base below the user's cache folder
 * and from looking up the host that reports go to. They ask the process's own environment, once, when the library starts.
 */
export const TELEMETRY_OFF: Readonly<Record<string, string>> = { ORT_DISABLE_TELEMETRY: '1' };

/**
 * Switches the library's reports off for this process and those that it starts; to be called before the library is loaded. A worker
 * thread has a copy of the environment only, which the library does not see: there an Error is thrown if the main thread, from whose
 * environment the copy was made, has not called this before.
 */
export function switchTelemetryOff(): void {
  if (isMainThread) {
    Object.assign(process.env, TELEMETRY_OFF);
    return;
  }
  for (const [name, value] of Object.entries(TELEMETRY_OFF))
    if (process.env[name] !== value) throw new Error(`${name}=${value} must be set by the main thread`);
}

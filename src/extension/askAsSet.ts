import type { AnyAsk, CallTraits } from '../engine/calls/call';
import type { AttributionResult, ModelRequest } from '../engine/calls/service';
import type { CallName } from '../engine/calls/table';
import { calls } from '../engine/calls/table';
import { settings } from './config';
import { ownMemory } from './ownMemory';

/**
 * Asks a client as the settings want it: what computes gets their engine and threads, and every array that comes back, in results,
 * whole and partial, and in progress, is in memory of its own.
 */
export function askAsSet(client: () => object) {
  return async (name: CallName, request: unknown, job: Parameters<AnyAsk>[1]): Promise<unknown> => {
    const { computes }: CallTraits = calls[name];
    const ask = (client() as Readonly<Record<string, AnyAsk>>)[name]!;
    const whole = computes ? { ...engineSettings(), ...(request as object) } : request;
    const { progress, partial } = job ?? {};
    const heard = {
      ...(progress && { progress: (value: unknown) => progress(ownMemory(value)) }),
      ...(partial && { partial: (result: AttributionResult) => partial(ownMemory(result)) }),
    };
    return ownMemory(await ask(whole, { ...job, ...heard }));
  };
}

/** What computes, as the settings want it. */
function engineSettings(): Pick<ModelRequest, 'engine' | 'threads' | 'tensorflowModule'> {
  const tensorflowModule = settings.tensorflowModule.read();
  const threads = Math.round(settings.threads.read());
  return {
    engine: settings.engine.read(),
    ...(threads === 0 ? {} : { threads }),
    ...(tensorflowModule === '' ? {} : { tensorflowModule }),
  };
}

/** The engine's limit of memory, if the settings have one. */
export function memorySettings(): { readonly memoryLimitMegabytes?: number } {
  const megabytes = settings.memoryLimit.read();
  return megabytes > 0 ? { memoryLimitMegabytes: megabytes } : {};
}

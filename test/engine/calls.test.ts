import { describe, expect, it } from 'vitest';
import type { CallTraits } from '../../src/engine/calls/call';
import { askedBy, calls } from '../../src/engine/calls/table';
import { createTrainingService } from '../../src/engine/training/localTrainingService';
import { createService } from '../../src/engine/usecases/localService';

const names = (at: readonly string[]) =>
  Object.entries<CallTraits>(calls).flatMap(([name, call]) => (at.includes(call.at) ? [name] : []));

describe('the table of calls', () => {
  it('is what the services in this process answer, each its part', () => {
    const functions = (service: object) => Object.keys(service).filter((name) => name !== 'dispose');
    expect(functions(createService()).sort()).toEqual(names(['pictures']).sort());
    expect(functions(createTrainingService()).sort()).toEqual(names(['runs', 'training']).sort());
  });

  it('gives a client that asks by name, with the request and what goes with it', async () => {
    const asked: unknown[] = [];
    const client = askedBy(['runs'], async (name, request, job) => {
      asked.push([name, request, job]);
      return 'answer';
    });
    const job = { signal: new AbortController().signal };
    const request = { id: 'fashion-mnist', folder: 'here' } as const;
    expect(await client.fetchDataset(request, job)).toBe('answer');
    await client.architectures();
    expect(asked).toEqual([
      ['fetchDataset', request, job],
      ['architectures', undefined, undefined],
    ]);
    expect(client).not.toHaveProperty('train');
  });
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A case of ONNX's backend suite as `export_cases.py` writes it. */
export interface SuiteCase {
  readonly name: string;
  readonly operator: string;
  readonly model: Uint8Array;
  readonly input: { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array };
  readonly outputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: string;
    readonly values: Float64Array;
  }[];
  readonly rtol: number;
  readonly atol: number;
}

type Described = Omit<SuiteCase, 'name' | 'model'>;

/** Reads FOLDER/<name>. */
export async function readCase(folder: string, name: string): Promise<SuiteCase> {
  const file = (part: string): Promise<Buffer> => readFile(path.join(folder, name, part));
  const numbers = async (part: string): Promise<Float64Array> =>
    new Float64Array(new Uint8Array(await file(part)).buffer);
  const described = JSON.parse((await file('case.json')).toString()) as Described;
  return {
    ...described,
    name,
    model: await file('model.onnx'),
    input: { ...described.input, values: Float32Array.from(await numbers('input.bin')) },
    outputs: await Promise.all(
      described.outputs.map(async (each, index) => ({ ...each, values: await numbers(`output_${index}.bin`) })),
    ),
  };
}

import { openWire, readMessage, readText, visitFields } from './onnxWire';

/** ModelProto.metadata_props of an ONNX file, what its exporter noted about it; empty where the file is damaged. */
export function onnxMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const wire = openWire(bytes);
  try {
    visitFields(wire, (field) => {
      if (field !== 14) return;
      readMessage(wire, () => {
        let key = '';
        let value = '';
        visitFields(wire, (part) => {
          if (part === 1) key = readText(wire);
          else if (part === 2) value = readText(wire);
        });
        found.set(key, value);
      });
    });
  } catch {
    // The reader of the network says what is wrong.
    return new Map();
  }
  return found;
}

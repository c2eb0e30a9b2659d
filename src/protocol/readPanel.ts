import type { ParameterValue } from '../core/method/parameters';
import type { ObjectiveKind } from '../core/model/classifier';
import type { FromInspector } from './inspector';
import type { ExportFormat, FromPanel, PanelCommand } from './panel';
import type { Reader } from './read';
import { array, boolean, choice, integer, measured, number, object, optional, record, string, tagged } from './read';

const LARGEST_PNG = 64 * 1024 * 1024;
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const objectives: readonly ObjectiveKind[] = ['logit', 'probability', 'log-probability', 'cross-entropy'];
const formats: readonly ExportFormat[] = ['overlay-png', 'map-npy', 'record-json', 'adversarial', 'figure-png'];
const commands: readonly PanelCommand[] = ['selectModel', 'showLog', 'retry', 'runAttack', 'showAttribution'];

const parameterValue: Reader<ParameterValue> = (value) => {
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' ? number()(value) : string(200)(value);
};

const png: Reader<Uint8Array> = (value) => {
  if (!(value instanceof Uint8Array) || value.byteLength > LARGEST_PNG) throw new TypeError('Not a PNG');
  if (PNG_SIGNATURE.some((byte, index) => value[index] !== byte)) throw new TypeError('Not a PNG');
  return value;
};

const classIndex = integer(0, 1e7);
const parameters = record(parameterValue);
const channels = array(measured, 16);
const probe = object({
  row: integer(0, 1e5),
  column: integer(0, 1e5),
  pixel: channels,
  value: channels,
  rank: integer(0),
  count: integer(0),
});

/** A message of the panel's page. The page shows names out of model files, so nothing that it says is taken on trust. */
export const readFromPanel: Reader<FromPanel> = tagged('type', {
  ready: object({}),
  attribute: object({
    request: object({ method: string(100), objective: choice(objectives), parameters }, { classIndex }),
  }),
  attack: object({
    request: object({ attack: string(100), parameters, live: boolean }, { label: classIndex, target: classIndex }),
  }),
  cancel: object({}),
  probe: object({ probe: optional(probe) }),
  export: object({ format: choice(formats) }, { png }),
  command: object({ command: choice(commands) }),
});

export const readFromInspector: Reader<FromInspector> = tagged('type', { ready: object({}) });

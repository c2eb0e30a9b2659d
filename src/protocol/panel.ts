import { attackResult, attributionResult, jobProgress, methodCatalog } from '../engine/calls/service';
import { EXPORT_FORMATS } from '../core/result/exportFormats';
import { OBJECTIVE_KINDS } from '../core/model/classifier';
import {
  choice,
  either,
  file,
  flag,
  literal,
  object,
  optional,
  possible,
  table,
  text,
  variant,
} from '../core/schema/kinds';
import { number, whole } from '../core/schema/numbers';
import type { Of } from '../core/schema/schema';
import { resultChange } from './change';
import { panelError } from './panelError';
import { probe } from './probe';
import { refused } from './refused';

export type { PanelError } from './panelError';
export type { Probe } from './probe';

const LARGEST_PNG = 64 * 1024 * 1024;
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What the panel shows: the host owns the truth and sends it whole, or what changed of it. */
export const panelState = variant('kind', [
  object({ kind: literal('empty') }),
  object({ kind: literal('error'), imageName: text(), error: panelError }),
  object({ kind: literal('attribution'), catalog: methodCatalog, result: attributionResult }),
  object({ kind: literal('attack'), catalog: methodCatalog, result: attackResult }),
]);
export type PanelState = Of<typeof panelState>;

/** The name of a request, by which it is answered and cancelled; no two have the same, whichever side and page began them. */
const requestId = text(100);

/** What became of a request; whatever it brought was told before. */
const outcome = variant('kind', [
  object({ kind: literal('done') }),
  object({ kind: literal('failed'), error: panelError }),
  object({ kind: literal('cancelled') }),
]);
export type Outcome = Of<typeof outcome>;

export const toPanel = variant('type', [
  /** Everything. `request`: what brought it. */
  object({ type: literal('state'), state: panelState, request: possible(requestId) }),
  /** Another result of the picture and the model that are shown, whatever its kind; the catalogue is as it was. */
  object({ type: literal('change'), kind: text(100), change: resultChange, request: possible(requestId) }),
  /** A request runs; what is shown stays. `progress` absent: started. */
  object({ type: literal('busy'), id: requestId, title: text(), progress: possible(jobProgress) }),
  /** The end of a request, once for each. */
  object({ type: literal('answer'), id: requestId, outcome }),
  /** Something failed that no request waits for, such as keeping a result. */
  object({ type: literal('failed'), error: panelError }),
]);
export type ToPanel = Of<typeof toPanel>;

const classIndex = whole(0, 1e7);
const parameters = table(either(either(number(), flag, 'a number'), text(1000), 'a number, true, false or a text'));

const panelAttribute = object({
  method: text(100),
  /** Absent: the predicted class. */
  classIndex: possible(classIndex),
  objective: choice(OBJECTIVE_KINDS),
  /** The class whose logit is taken off. */
  against: possible(classIndex),
  parameters,
  /** Whether metrics are wanted of the map. */
  measure: possible(flag),
});
export type PanelAttribute = Of<typeof panelAttribute>;

const panelAttack = object({
  attack: text(100),
  /** True label; absent: as the engine finds it. */
  label: possible(classIndex),
  target: possible(classIndex),
  parameters,
  /** True while a slider moves: no busy state is shown and nothing is stored until it rests. */
  live: flag,
});
export type PanelAttack = Of<typeof panelAttack>;

const asked = { id: requestId, of: text(100) };

const panelCommand = choice(['selectModel', 'showLog', 'retry', 'runAttack', 'showAttribution', 'choosePreprocessing']);

/** A message of the panel's page. The page shows names out of model files, so nothing that it says is taken on trust. */
export const fromPanel = variant('type', [
  object({ type: literal('ready') }),
  /** Of the picture and the model of the result `of`, which the page shows. */
  object({ type: literal('attribute'), ...asked, request: panelAttribute }),
  object({ type: literal('attack'), ...asked, request: panelAttack }),
  object({ type: literal('cancel'), id: requestId }),
  object({ type: literal('probe'), probe: optional(probe) }),
  /** `png`: the picture as the page drew it (overlay, figure). */
  object({
    type: literal('export'),
    format: choice(EXPORT_FORMATS),
    png: possible(file('a PNG', PNG_SIGNATURE, LARGEST_PNG)),
  }),
  object({ type: literal('command'), command: panelCommand }),
  refused,
]);
export type FromPanel = Of<typeof fromPanel>;

/** A message that waits for its answer. */
export type PageRequest = Extract<FromPanel, { readonly request: unknown }>;

/** What is left of a request that does not fit otherwise: enough to answer it. */
export const unreadRequest = object({ id: requestId });

import type { ExportFormat } from '../core/result/exportFormats';

/** Identifiers shared with `package.json`; a test compares the two. */
export const PANEL_VIEW_TYPE = 'gradientLens.panel';
export const TRAINING_VIEW_TYPE = 'gradientLens.training';
/** Within this extension. */
export const WALKTHROUGH_ID = 'start';

export const viewIds = {
  models: 'gradientLens.models',
  results: 'gradientLens.results',
  runs: 'gradientLens.runs',
  inspector: 'gradientLens.inspector',
} as const;

/** Context keys for `when` clauses. */
export interface ContextKeys {
  /** What the panel shows. */
  'gradientLens.shown': 'nothing' | 'attribution' | 'attack';
  'gradientLens.busy': boolean;
  'gradientLens.hasResults': boolean;
  'gradientLens.resultsFiltered': boolean;
  /** What this window trains. */
  'gradientLens.training': 'running' | 'paused' | 'none';
}

/**
 * Every command and what it takes. Menus, keybindings and other extensions call them too, so arguments that are not
 * ours to promise are `unknown` and looked at before use.
 */
export interface CommandSignatures {
  'gradientLens.showAttribution': (image?: unknown) => Promise<void>;
  'gradientLens.runAttack': (image?: unknown, attack?: unknown) => Promise<void>;
  'gradientLens.cancel': () => void;
  'gradientLens.selectModel': () => Promise<void>;
  'gradientLens.useModel': (model?: unknown) => Promise<void>;
  'gradientLens.checkModel': (model?: unknown) => Promise<void>;
  'gradientLens.choosePreprocessing': (model?: unknown, preset?: unknown) => Promise<void>;
  'gradientLens.removeModel': (model?: unknown) => Promise<void>;
  'gradientLens.refreshModels': () => void;
  'gradientLens.openResult': (result?: unknown) => Promise<void>;
  'gradientLens.saveAdversarialImage': (result?: unknown, target?: unknown) => Promise<void>;
  'gradientLens.exportResult': (result?: unknown, format?: ExportFormat, target?: unknown) => Promise<void>;
  'gradientLens.deleteResult': (result?: unknown, selection?: unknown) => Promise<void>;
  'gradientLens.pinResult': (result?: unknown) => Promise<void>;
  'gradientLens.unpinResult': (result?: unknown) => Promise<void>;
  'gradientLens.clearResults': () => Promise<void>;
  'gradientLens.renameResult': (result?: unknown) => Promise<void>;
  'gradientLens.noteResult': (result?: unknown) => Promise<void>;
  'gradientLens.filterResults': () => Promise<void>;
  'gradientLens.showAllResults': () => void;
  'gradientLens.refreshResults': () => void;
  'gradientLens.trainNetwork': (dataset?: unknown) => Promise<void>;
  'gradientLens.trainOnFolder': (dataset?: unknown) => Promise<void>;
  'gradientLens.watchImages': (image?: unknown, images?: unknown) => Promise<void>;
  'gradientLens.getFashionMnist': () => Promise<void>;
  'gradientLens.showTraining': () => Promise<void>;
  'gradientLens.pauseTraining': () => Promise<void>;
  'gradientLens.resumeTraining': () => Promise<void>;
  'gradientLens.stopTraining': () => Promise<void>;
  'gradientLens.openTrainingRun': (run?: unknown) => Promise<void>;
  'gradientLens.continueTraining': (run?: unknown) => Promise<void>;
  'gradientLens.useRunModel': (run?: unknown) => Promise<void>;
  'gradientLens.revealRun': (run?: unknown) => Promise<void>;
  'gradientLens.deleteRun': (run?: unknown) => Promise<void>;
  'gradientLens.refreshRuns': () => void;
  'gradientLens.integrateCheckpoints': (checkpoints?: unknown, image?: unknown, label?: unknown) => Promise<void>;
  'gradientLens.restartEngine': () => Promise<void>;
  'gradientLens.showLog': () => void;
  'gradientLens.openSample': () => Promise<void>;
  'gradientLens.openWalkthrough': () => Promise<void>;
}

export type CommandId = keyof CommandSignatures;

/** Image files that menus and pickers offer; the menus' `when` clauses repeat it. */
export const IMAGE_EXTENSIONS = /\.(png|jpe?g|bmp|gif|webp|avif|tiff?)$/i;

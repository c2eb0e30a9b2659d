import type { EngineHost } from './engineHost';
import type { CheckReports } from './models/checkReports';
import type { Models } from './models/models';
import type { Panels } from './panel/panels';
import type { ResultStore } from './results/resultStore';
import type { TrainingParts } from './training/trainingParts';
import type { ResultTree } from './views/resultTree';

/** What `activate` returns in the test host, so that tests see what a user would have to look for on the screen. */
export interface TestApi {
  readonly activationMilliseconds: number;
  readonly engine: EngineHost;
  readonly store: ResultStore;
  readonly models: Models;
  readonly panels: Panels;
  readonly reports: CheckReports;
  readonly resultTree: ResultTree;
  readonly training: TrainingParts;
}

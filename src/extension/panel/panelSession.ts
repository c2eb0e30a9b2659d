import type { Disposable, Event, LogOutputChannel } from 'vscode';
import { EventEmitter, l10n } from 'vscode';
import type { AttributionResult, Job, JobProgress, MethodCatalog } from '../../engine/calls/service';
import { CancelledError } from '../../core/errors';
import type { AttributionRecord, ModelFacts } from '../../core/result/record';
import type { PanelAttack, PanelState, ToPanel } from '../../protocol/panel';
import { changeBetween } from '../../protocol/change';
import { settings } from '../config';
import { Disposables } from '../disposables';
import type { EngineHost } from '../engineHost';
import { describeFailure, isCancellation } from '../failure';
import type { Subject } from '../images/subject';
import { imageReference, subjectFromPath } from '../images/subject';
import type { ModelChoice } from '../models/modelChoice';
import type { Result } from '../results/resultFiles';
import { Latest } from './latest';
import type { AttributionWish, PanelRequest } from './panelRequest';
import { requestOf, withoutClasses } from './panelRequest';

/** What a session needs of the rest. */
export interface SessionServices {
  readonly engine: EngineHost;
  readonly log: LogOutputChannel;
  readonly activeModel: () => ModelChoice;
  /** The model that a result was computed with. */
  readonly modelOf: (facts: ModelFacts) => ModelChoice;
  readonly store: (result: Result) => Promise<void>;
  /** Asks for a run or a folder of checkpoints. */
  readonly chooseCheckpoints: () => Promise<string | undefined>;
  /** A model's files are about to be read. */
  readonly modelUsed: (choice: ModelChoice) => void;
}

const PROGRESS_MILLISECONDS = 50;

/** What the panel shows and what is being computed for it. A new request supersedes the one that runs. */
export class PanelSession implements Disposable {
  readonly #disposables = new Disposables();
  readonly #messages = this.#disposables.add(new EventEmitter<ToPanel>());
  readonly #stateChanged = this.#disposables.add(new EventEmitter<PanelState>());
  readonly #busyChanged = this.#disposables.add(new EventEmitter<boolean>());
  readonly onDidPost: Event<ToPanel> = this.#messages.event;
  readonly onDidChangeState: Event<PanelState> = this.#stateChanged.event;
  readonly onDidChangeBusy: Event<boolean> = this.#busyChanged.event;

  readonly #live = new Latest();
  #state: PanelState = { kind: 'empty' };
  #subject: Subject | undefined;
  /** Of an opened result, whose controls go on with it whichever model is active; absent: the active one. */
  #opened: ModelChoice | undefined;
  /** The run or folder of checkpoints that was looked at and the true label, as long as the panel stays with them. */
  #training: { readonly folder: string; readonly label: number } | undefined;
  /** What was asked last, to be asked again. */
  #last: PanelRequest | undefined;
  #running: AbortController | undefined;
  #busy: (ToPanel & { type: 'busy' }) | undefined;

  constructor(private readonly services: SessionServices) {}

  get state(): PanelState {
    return this.#state;
  }

  /** The image at hand. */
  get subject(): Subject | undefined {
    return this.#subject;
  }

  get result(): Result | undefined {
    return 'result' in this.#state ? this.#state.result : undefined;
  }

  async attribute(subject: Subject, request: AttributionWish = {}): Promise<void> {
    this.#last = { kind: 'attribution', request };
    await this.#run(subject, l10n.t('Computing the attribution of {0}…', subject.name), async (job) => {
      const { engine } = this.services;
      const { objective, parameters, classIndex, against } = request;
      const method = request.method ?? settings.defaultMethod.read(subject.uri);
      const catalog = await engine.catalog();
      const checkpoints = await this.#checkpointsFor(method, catalog, request.checkpoints);
      const label =
        request.label ?? (checkpoints !== undefined && classIndex === undefined ? this.#training?.label : undefined);
      const result = await engine.calls.attribute(
        {
          model: checkpoints === undefined ? this.#model().reference : { path: checkpoints },
          image: await imageReference(subject),
          method,
          ...(classIndex === undefined ? {} : { class: classIndex }),
          ...(against === undefined || checkpoints !== undefined ? {} : { against }),
          ...(label === undefined ? {} : { label }),
          ...(objective && checkpoints === undefined ? { objective } : {}),
          ...(parameters ? { parameters } : {}),
        },
        job,
      );
      this.#follow(result);
      return { kind: 'attribution', catalog, result };
    });
  }

  async attack(subject: Subject, request: PanelAttack): Promise<void> {
    this.#last = { kind: 'attack', request: { ...request, live: false } };
    if (request.live) return this.#attackLive(subject, request);
    await this.#run(subject, l10n.t('Attacking {0}…', subject.name), (job) => this.#runAttack(subject, request, job));
  }

  /** Shows a stored result; nothing is computed. */
  async open(result: Result): Promise<void> {
    this.#supersede();
    const { record } = result;
    const { image, model } = record;
    this.#opened = this.services.modelOf(model);
    this.#subject = image.path === undefined ? undefined : subjectFromPath(image.path);
    this.#last = requestOf(result);
    this.#training = record.kind === 'attribution' ? trainingOf(record) : undefined;
    const catalog = await this.services.engine.knownCatalog();
    this.#setState({ kind: record.kind, catalog, result } as ShownResult);
    this.#setBusy(undefined);
  }

  /** From now on, also where an opened result is shown. */
  useActiveModel(): void {
    this.#opened = undefined;
    this.#training = undefined;
  }

  showFailure(imageName: string, error: unknown): void {
    this.#setState({ kind: 'error', imageName, error: describeFailure(error, this.services.log) });
  }

  /** Asks again what was asked last; of another model without class and label, which are a model's own. */
  async retry({ modelChanged }: { readonly modelChanged: boolean }): Promise<void> {
    if (modelChanged) this.useActiveModel();
    const last = modelChanged && this.#last ? withoutClasses(this.#last) : this.#last;
    if (!this.#subject || !last) return;
    if (last.kind === 'attribution') await this.attribute(this.#subject, last.request);
    else await this.attack(this.#subject, last.request);
  }

  cancel(): void {
    if (!this.#running) return;
    this.#supersede();
    this.#setBusy(undefined);
  }

  /** What a page that was just loaded must know. */
  messagesForNewPage(): readonly ToPanel[] {
    const state: ToPanel = { type: 'state', state: this.#state };
    return this.#busy ? [state, this.#busy] : [state];
  }

  dispose(): void {
    this.#supersede();
    this.#disposables.dispose();
  }

  async #run(subject: Subject, title: string, work: (job: Job) => Promise<ShownResult>): Promise<void> {
    this.#supersede();
    const controller = new AbortController();
    this.#running = controller;
    const sameImage = this.#subject?.uri.toString() === subject.uri.toString();
    this.#subject = subject;
    this.#setBusy({ type: 'busy', title });
    const progress = atMostEvery(PROGRESS_MILLISECONDS, (value: JobProgress) => {
      if (this.#running === controller) this.#setBusy({ type: 'busy', title, progress: value });
    });
    try {
      const state = await work({ signal: controller.signal, progress });
      if (controller.signal.aborted) return;
      this.#setState(state);
      void this.#keep(state.result);
    } catch (error) {
      if (controller.signal.aborted || isCancellation(error)) return;
      if (sameImage && this.result) this.#fail(error);
      else this.showFailure(subject.name, error);
    } finally {
      if (this.#running === controller) {
        this.#running = undefined;
        this.#setBusy(undefined);
      }
    }
  }

  /** One position of a slider: shown as soon as it is there, neither announced nor kept. */
  async #attackLive(subject: Subject, request: PanelAttack): Promise<void> {
    await this.#live.run(async () => {
      this.#running?.abort();
      const controller = new AbortController();
      this.#running = controller;
      try {
        const state = await this.#runAttack(subject, request, { signal: controller.signal });
        if (!controller.signal.aborted) this.#setState(state);
      } catch (error) {
        if (!controller.signal.aborted && !isCancellation(error)) this.#fail(error);
      } finally {
        if (this.#running === controller) this.#running = undefined;
      }
    });
  }

  async #runAttack(subject: Subject, request: PanelAttack, job: Job): Promise<ShownResult> {
    const { engine } = this.services;
    const { attack, label, target, parameters } = request;
    const result = await engine.calls.attack(
      {
        model: this.#model().reference,
        image: await imageReference(subject),
        attack,
        parameters,
        ...(label === undefined ? {} : { label }),
        ...(target === undefined ? {} : { target }),
      },
      job,
    );
    return { kind: 'attack', catalog: await engine.catalog(), result };
  }

  async #keep(result: Result): Promise<void> {
    try {
      await this.services.store(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Where the checkpoints of a method that needs them lie; undefined for others. Throws `CancelledError` if none is chosen. */
  async #checkpointsFor(method: string, { attribution }: MethodCatalog, given?: string): Promise<string | undefined> {
    const needs = attribution.find(({ id }) => id === method)?.needs ?? [];
    if (!needs.includes('checkpoints')) return undefined;
    const folder = given ?? this.#training?.folder ?? (await this.services.chooseCheckpoints());
    if (folder === undefined) throw new CancelledError();
    return folder;
  }

  /** Other methods go on with the last of the checkpoints that were looked at. */
  #follow({ record }: AttributionResult): void {
    const training = trainingOf(record);
    if (!training) return;
    this.#training = training;
    this.#opened = this.services.modelOf(record.model);
  }

  #model(): ModelChoice {
    const model = this.#opened ?? this.services.activeModel();
    this.services.modelUsed(model);
    return model;
  }

  #supersede(): void {
    this.#live.clear();
    this.#running?.abort();
    this.#running = undefined;
  }

  #fail(error: unknown): void {
    this.#messages.fire({ type: 'failed', error: describeFailure(error, this.services.log) });
  }

  #setState(state: PanelState): void {
    const before = this.#state;
    this.#state = state;
    this.#messages.fire(changeMessage(before, state) ?? { type: 'state', state });
    this.#stateChanged.fire(state);
  }

  #setBusy(busy: (ToPanel & { type: 'busy' }) | undefined): void {
    this.#busy = busy;
    this.#messages.fire(busy ?? { type: 'idle' });
    this.#busyChanged.fire(busy !== undefined);
  }
}

/** What a page that shows `before` must be told; undefined where it must be told everything. */
function changeMessage(before: PanelState, state: PanelState): ToPanel | undefined {
  if (!('result' in before && 'result' in state) || before.catalog !== state.catalog) return undefined;
  const change = changeBetween(before.result, state.result);
  return change && { type: 'change', kind: state.kind, change };
}

function trainingOf({ training, objective }: AttributionRecord) {
  return training && { folder: training.folder, label: objective.classIndex };
}

type ShownResult = PanelState & { readonly kind: 'attribution' | 'attack' };

function atMostEvery<T>(milliseconds: number, use: (value: T) => void): (value: T) => void {
  let last = -Infinity;
  return (value) => {
    const now = performance.now();
    if (now - last < milliseconds) return;
    last = now;
    use(value);
  };
}

import type { Disposable, Event, LogOutputChannel } from 'vscode';
import { EventEmitter, l10n } from 'vscode';
import { CancelledError, UserError } from '../../core/errors';
import type { MethodCatalog } from '../../engine/calls/service';
import type { ResultRecord } from '../../core/result/kinds';
import type { ModelFacts } from '../../core/result/record';
import type { PageRequest, PanelAttack, PanelError, PanelState, ToPanel } from '../../protocol/panel';
import { changeBetween } from '../../protocol/change';
import { Disposables } from '../disposables';
import type { EngineHost } from '../engineHost';
import { describeFailure } from '../failure';
import type { Subject } from '../images/subject';
import { subjectFromPath } from '../images/subject';
import type { ModelChoice } from '../models/modelChoice';
import type { Result } from '../results/resultFiles';
import type { Checkpoints } from './engineRequest';
import { attackRequest, attributeRequest, methodOf, needsCheckpoints } from './engineRequest';
import type { AttributionWish, PanelRequest } from './panelRequest';
import { atRest, isLive, requestOf, withoutClasses } from './panelRequest';
import type { RequestJob } from './requests';
import { Requests } from './requests';

/** What a session needs of the rest. */
export interface SessionServices {
  readonly engine: EngineHost;
  readonly log: LogOutputChannel;
  readonly activeModel: () => ModelChoice;
  /** The model that a result was computed with. */
  readonly modelOf: (facts: ModelFacts) => ModelChoice;
  readonly store: (result: Result) => Promise<void>;
  /** What is no longer as it was when a stored result was computed. */
  readonly changedSince: (record: ResultRecord) => Promise<PanelError | undefined>;
  /** Asks for a run or a folder of checkpoints. */
  readonly chooseCheckpoints: () => Promise<string | undefined>;
  /** A model's files are about to be read. */
  readonly modelUsed: (choice: ModelChoice) => void;
}

/** What the panel shows, and what its page and commands ask about it. */
export class PanelSession implements Disposable {
  readonly #disposables = new Disposables();
  readonly #messages = this.#disposables.add(new EventEmitter<ToPanel>());
  readonly #stateChanged = this.#disposables.add(new EventEmitter<PanelState>());
  readonly #busyChanged = this.#disposables.add(new EventEmitter<boolean>());
  readonly onDidPost: Event<ToPanel> = this.#messages.event;
  readonly onDidChangeState: Event<PanelState> = this.#stateChanged.event;
  readonly onDidChangeBusy: Event<boolean> = this.#busyChanged.event;

  readonly #requests: Requests;
  #state: PanelState = { kind: 'empty' };
  /** The picture and the model of what is shown. */
  #shown: Shown = NOTHING_SHOWN;
  /** What speaks against the opened result that is shown. */
  #caution: PanelError | undefined;
  /** The results of these that the page was told. */
  readonly #told = new Set<string>();
  /** Of an opened result, whose controls go on with it whichever model is active; absent: the active one. */
  #opened: ModelChoice | undefined;
  /** The checkpoints that were looked at, as long as the panel stays with them. */
  #checkpoints: Checkpoints | undefined;
  /** What was asked last, to be asked again. */
  #last: { readonly subject: Subject | undefined; readonly request: PanelRequest } | undefined;

  constructor(private readonly services: SessionServices) {
    this.#requests = new Requests({
      post: (message) => this.#messages.fire(message),
      busyChanged: (busy) => this.#busyChanged.fire(busy),
      describe: (error) => describeFailure(error, services.log),
    });
  }

  get state(): PanelState {
    return this.#state;
  }

  /** The image at hand. */
  get subject(): Subject | undefined {
    return this.#shown.subject;
  }

  get result(): Result | undefined {
    return 'result' in this.#state ? this.#state.result : undefined;
  }

  attribute(subject: Subject, request: AttributionWish = {}): Promise<void> {
    return this.#ask(subject, { kind: 'attribution', request });
  }

  attack(subject: Subject, request: PanelAttack): Promise<void> {
    return this.#ask(subject, { kind: 'attack', request });
  }

  /** Does what the page asks about what it shows; cancelled where that is another picture or model than the panel has by now. */
  async answer({ id, of, ...asked }: PageRequest): Promise<void> {
    const { subject, model } = this.#shown;
    if (!this.#told.has(of) || !subject) {
      this.refuse(id, this.#told.has(of) ? pictureUnknown() : new CancelledError());
      return;
    }
    const request: PanelRequest =
      asked.type === 'attribute'
        ? { kind: 'attribution', request: asked.request }
        : { kind: 'attack', request: asked.request };
    // Where the result of another model has not come, the page shows the classes of the one before.
    const isOfModel = model?.reference.path === this.#model().reference.path;
    await this.#ask(subject, isOfModel ? request : withoutClasses(request), id);
  }

  /** Answers a request of the page with what speaks against it. */
  refuse(id: string, error: Error): void {
    this.#requests.refuse(id, error);
  }

  /** Shows a stored result; nothing is computed. */
  async open(result: Result): Promise<void> {
    const catalog = await this.services.engine.knownCatalog();
    this.#requests.cancel();
    const { record } = result;
    const { path } = record.image;
    const subject = path === undefined ? undefined : subjectFromPath(path);
    this.#opened = this.services.modelOf(record.model);
    this.#checkpoints = checkpointsOf(result);
    this.#last = { subject, request: requestOf(result) };
    this.#show(shownAs(result, catalog), { subject, model: this.#opened });
    void this.#remark(record);
  }

  /** From now on, also where an opened result is shown. */
  useActiveModel(): void {
    this.#opened = undefined;
    this.#checkpoints = undefined;
  }

  showFailure(imageName: string, error: unknown): void {
    this.#fail(imageName, error, NOTHING_SHOWN);
  }

  /** Asks again what was asked last; of another model without class and label, which are a model's own. */
  async retry({ modelChanged }: { readonly modelChanged: boolean }): Promise<void> {
    if (modelChanged) this.useActiveModel();
    if (!this.#last?.subject) return;
    const { subject, request } = this.#last;
    await this.#ask(subject, modelChanged ? withoutClasses(request) : request);
  }

  /** Stops the request of that name, or whichever runs. */
  cancel(id?: string): void {
    this.#requests.cancel(id);
  }

  /** What a page that was just loaded must know. */
  messagesForNewPage(): readonly ToPanel[] {
    const { busy } = this.#requests;
    const caution: readonly ToPanel[] = this.#caution ? [{ type: 'failed', error: this.#caution }] : [];
    return [{ type: 'state', state: this.#state }, ...caution, ...(busy ? [busy] : [])];
  }

  dispose(): void {
    this.#requests.cancel();
    this.#disposables.dispose();
  }

  /** `id`: of a request of the page. What it showed last is kept, but for positions of a slider, which are not announced either. */
  async #ask(subject: Subject, request: PanelRequest, id?: string): Promise<void> {
    const isSame = this.subject?.uri.toString() === subject.uri.toString();
    const model = this.#model();
    this.services.modelUsed(model);
    this.#last = { subject, request: atRest(request) };
    const title = isLive(request) ? undefined : titleOf(request, subject);
    await this.#requests.run({ id, title }, async (job) => {
      let brought: Result | undefined;
      const show = (result: Result, catalog: MethodCatalog): void => {
        if (job.signal.aborted) return;
        brought = result;
        this.#follow(result);
        this.#show(shownAs(result, catalog), { subject, model: this.#opened ?? model }, job.id);
      };
      try {
        await this.#compute(subject, model, request, job, show);
      } catch (error) {
        if (job.signal.aborted || error instanceof CancelledError || (isSame && this.result)) throw error;
        this.#fail(subject.name, error, { subject, model });
      } finally {
        if (brought && !isLive(request)) void this.#keep(brought);
      }
    });
  }

  async #compute(
    subject: Subject,
    { reference }: ModelChoice,
    asked: PanelRequest,
    job: RequestJob,
    show: (result: Result, catalog: MethodCatalog) => void,
  ): Promise<void> {
    const { engine } = this.services;
    const catalog = await engine.catalog();
    if (asked.kind === 'attack') {
      const request = await attackRequest(reference, subject, asked.request);
      show(await engine.calls.attack(request, job), catalog);
      return;
    }
    const wish = asked.request;
    const checkpoints = needsCheckpoints(methodOf(wish, subject), catalog)
      ? await this.#checkpointsFor(wish)
      : undefined;
    const request = await attributeRequest(reference, subject, wish, checkpoints);
    const partial = (stage: Result): void => show(stage, catalog);
    const ask = wish.measure ? engine.calls.evaluate : engine.calls.attribute;
    show(await ask(request, { ...job, partial }), catalog);
  }

  /** Says of an opened result what speaks against it. */
  async #remark(record: ResultRecord): Promise<void> {
    const error = await this.services.changedSince(record);
    if (!error || this.result?.record.id !== record.id) return;
    this.#caution = error;
    this.#messages.fire({ type: 'failed', error });
  }

  async #keep(result: Result): Promise<void> {
    try {
      await this.services.store(result);
    } catch (error) {
      this.#messages.fire({ type: 'failed', error: describeFailure(error, this.services.log) });
    }
  }

  /** Throws `CancelledError` if none is chosen. */
  async #checkpointsFor({ checkpoints }: AttributionWish): Promise<Checkpoints> {
    const folder = checkpoints ?? this.#checkpoints?.folder ?? (await this.services.chooseCheckpoints());
    if (folder === undefined) throw new CancelledError();
    return { folder, label: this.#checkpoints?.label };
  }

  /** Other methods go on with the last of the checkpoints that were looked at. */
  #follow(result: Result): void {
    const checkpoints = checkpointsOf(result);
    if (!checkpoints) return;
    this.#checkpoints = checkpoints;
    this.#opened = this.services.modelOf(result.record.model);
  }

  #model(): ModelChoice {
    return this.#opened ?? this.services.activeModel();
  }

  #fail(imageName: string, error: unknown, of: Shown): void {
    this.#show({ kind: 'error', imageName, error: describeFailure(error, this.services.log) }, of);
  }

  /** `request`: what brought it. */
  #show(state: PanelState, of: Shown, request?: string): void {
    const before = this.#state;
    this.#state = state;
    this.#caution = undefined;
    this.#shown = of;
    const change = changeMessage(before, state);
    if (!change) this.#told.clear();
    if ('result' in state) this.#told.add(state.result.record.id);
    this.#messages.fire({ ...(change ?? { type: 'state', state }), ...(request !== undefined && { request }) });
    this.#stateChanged.fire(state);
  }
}

interface Shown {
  readonly subject: Subject | undefined;
  readonly model: ModelChoice | undefined;
}

const NOTHING_SHOWN: Shown = { subject: undefined, model: undefined };

/** What a page that shows `before` must be told; undefined where it must be told everything. */
function changeMessage(before: PanelState, state: PanelState): ToPanel | undefined {
  if (!('result' in before && 'result' in state) || before.catalog !== state.catalog) return undefined;
  const change = changeBetween(before.result, state.result);
  return change && { type: 'change', kind: state.kind, change };
}

function shownAs(result: Result, catalog: MethodCatalog): PanelState {
  return { kind: result.record.kind, catalog, result } as PanelState;
}

function checkpointsOf({ record }: Result): Checkpoints | undefined {
  if (record.kind !== 'attribution' || !record.training) return undefined;
  return { folder: record.training.folder, label: record.objective.classIndex };
}

function titleOf({ kind, request }: PanelRequest, { name }: Subject): string {
  if (kind === 'attack') return l10n.t('Attacking {0}…', name);
  return request.measure
    ? l10n.t('Measuring the attribution of {0}…', name)
    : l10n.t('Computing the attribution of {0}…', name);
}

function pictureUnknown(): UserError {
  return new UserError(
    'file-missing',
    l10n.t('It is not known where the picture of this result lies.'),
    l10n.t('Open the picture and ask again.'),
  );
}

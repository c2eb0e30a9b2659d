import type { Disposable, Event, LogOutputChannel } from 'vscode';
import { EventEmitter, l10n } from 'vscode';
import type { TrainingEvent } from '../../engine/calls/training';
import type { DatasetRequest } from '../../training/data/dataset';
import type { RunContents } from '../../training/run/contents';
import type { PanelError } from '../../protocol/panel';
import type { ToTraining, TrainingState } from '../../protocol/training';
import { Disposables } from '../disposables';
import { describeFailure, isCancellation } from '../failure';
import type { FormChoices } from './formChoices';
import { Jobs } from './jobs';
import type { Training, TrainingEnd } from './training';
import type { TrainingHost } from './trainingHost';

export interface TrainingSessionServices {
  readonly host: TrainingHost;
  readonly training: Training;
  readonly choices: FormChoices;
  readonly log: LogOutputChannel;
}

/** What the training page shows: the form, or a run. It outlives the page, to which everything is sent anew when it comes back. */
export class TrainingSession implements Disposable {
  readonly #disposables = new Disposables();
  readonly #messages = this.#disposables.add(new EventEmitter<ToTraining>());
  readonly #shownChanged = this.#disposables.add(new EventEmitter<void>());
  readonly onDidPost: Event<ToTraining> = this.#messages.event;
  readonly onDidChangeShown: Event<void> = this.#shownChanged.event;
  readonly jobs = new Jobs(
    (message) => this.post(message),
    (error) => this.fail(error),
  );
  /** Folder of the shown run; absent: the form. */
  #folder: string | undefined;
  #contents: RunContents | undefined;
  /** Whether there is a page that is looked at. */
  #seen = false;
  /** Counts what was begun to be sent, so that a state that was overtaken is not sent. */
  #sending = 0;
  /** Events that came before the state which they follow are in it already. */
  #stateSent = false;
  #reading: AbortController | undefined;

  constructor(private readonly services: TrainingSessionServices) {
    this.#disposables.add(services.training.onEvent((event) => this.#follow(event)));
    this.#disposables.add(services.training.onDidEnd((end) => void this.#ended(end)));
  }

  get folder(): string | undefined {
    return this.#folder;
  }

  /** Of the shown run, as last read. */
  get contents(): RunContents | undefined {
    return this.#contents;
  }

  get live(): boolean {
    return this.#folder !== undefined && this.services.training.isLive(this.#folder);
  }

  /** The page appeared, or is out of sight: then nothing is read or sent for it. */
  async setSeen(seen: boolean): Promise<void> {
    this.#seen = seen;
    if (seen) await this.#sendState();
    else this.#stateSent = false;
  }

  async showForm(): Promise<void> {
    await this.#show(undefined);
  }

  async showRun(folder: string): Promise<void> {
    await this.#show(folder);
  }

  /** Opens a data set for the form and says what is in it. */
  async readDataset(request: DatasetRequest): Promise<void> {
    const { choices, host } = this.services;
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    choices.dataset = { request };
    this.post({ type: 'dataset', dataset: choices.dataset });
    await this.jobs.run(l10n.t('Reading the images…'), async ({ signal, report }) => {
      signal.addEventListener('abort', () => reading.abort(), { once: true });
      try {
        const progress = ({ done, total }: { done: number; total: number }) => report(total > 0 ? done / total : 0);
        const info = await host.calls.dataset(request, { signal: reading.signal, progress });
        if (!reading.signal.aborted) choices.dataset = { request, info };
      } catch (error) {
        if (signal.aborted) choices.dataset = { request, error: cancelledReading() };
        if (reading.signal.aborted || isCancellation(error)) return;
        choices.dataset = { request, error: describeFailure(error, this.services.log) };
      }
    });
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.post({ type: 'dataset', dataset: choices.dataset });
  }

  async postWatched(): Promise<void> {
    if (this.#seen && this.#folder === undefined)
      this.post({ type: 'watched', watched: await this.services.choices.watched() });
  }

  post(message: ToTraining): void {
    if (this.#seen) this.#messages.fire(message);
  }

  fail(error: unknown): void {
    if (!isCancellation(error)) this.post({ type: 'failed', error: describeFailure(error, this.services.log) });
  }

  dispose(): void {
    this.#reading?.abort();
    this.jobs.cancel();
    this.#disposables.dispose();
  }

  async #show(folder: string | undefined): Promise<void> {
    if (folder !== this.#folder) this.#contents = undefined;
    this.#folder = folder;
    this.#stateSent = false;
    this.#shownChanged.fire();
    await this.#sendState();
  }

  async #sendState(): Promise<void> {
    if (!this.#seen) return;
    const sending = ++this.#sending;
    const isLatest = () => this.#seen && sending === this.#sending;
    try {
      const state = await this.#state();
      if (!isLatest()) return;
      if (state.kind === 'run') this.#contents = state.run;
      this.post({ type: 'state', state });
      this.#stateSent = true;
      this.post(this.jobs.message);
      if (state.kind === 'form') this.#readAgain();
      else this.#shownChanged.fire();
    } catch (error) {
      if (!isLatest()) return;
      if (this.#folder !== undefined && !this.live) {
        // A run that cannot be read: the form can.
        this.#folder = undefined;
        await this.#sendState();
      }
      this.fail(error);
    }
  }

  async #state(): Promise<TrainingState> {
    const { host, training, choices } = this.services;
    if (this.#folder === undefined) return { kind: 'form', form: await choices.form() };
    const folder = this.#folder;
    const run = await host.calls.run({ folder });
    const live = training.isLive(folder) ? training.live : undefined;
    return { kind: 'run', run: live ? live.contents(run) : run, live: live !== undefined };
  }

  /** A data set that an earlier window chose is known by its path only. */
  #readAgain(): void {
    const { dataset } = this.services.choices;
    if (dataset && !dataset.info && !dataset.error && !this.#reading) void this.readDataset(dataset.request);
  }

  #follow(event: TrainingEvent): void {
    if (!this.live || !this.#stateSent) return;
    this.post({ type: 'event', event });
    // What lies on the disk changed with it: the steps of the kept frames, and whether the run can be continued.
    if (event.kind === 'record') void this.#sendState();
  }

  async #ended({ folder, error }: TrainingEnd): Promise<void> {
    if (folder !== this.#folder) return;
    await this.#sendState();
    if (error !== undefined) this.fail(error);
  }
}

function cancelledReading(): PanelError {
  return { message: l10n.t('The images were not read to the end.'), hint: l10n.t('Choose them again.') };
}

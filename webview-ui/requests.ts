import type { Outcome, PageRequest } from '../src/protocol/panel';

type Kind = PageRequest['type'];
/** A request without its name. */
export type Asking = Unnamed<PageRequest>;
type Unnamed<Message> = Message extends unknown ? Omit<Message, 'id'> : never;

/** What became of a request; `outdated`: another of its kind was made after it, and what it brought is not shown. */
export type End = Outcome['kind'] | 'outdated';

interface Open {
  readonly kind: Kind;
  readonly settle: (end: End) => void;
}

/** What the page asks its host: every request has a name and one answer, and of those of a kind the last alone counts. */
export class Requests {
  readonly #open = new Map<string, Open>();
  readonly #last = new Map<Kind, string>();
  readonly #waiting = new Map<Kind, () => void>();
  #count = 0;

  /** `page` tells this page's requests from those that it made before it was loaded again. */
  constructor(
    private readonly page: string,
    private readonly send: (message: PageRequest) => void,
  ) {}

  ask(request: Asking): Promise<End> {
    this.#count += 1;
    const id = `${this.page}-${this.#count}`;
    this.#waiting.delete(request.type);
    this.#last.set(request.type, id);
    const end = new Promise<End>((settle) => this.#open.set(id, { kind: request.type, settle }));
    this.send({ ...request, id });
    return end;
  }

  /** Calls `ask` as soon as no request of the kind is open; of several meanwhile the last alone. For a slider. */
  whenFree(kind: Kind, ask: () => void): void {
    if (this.#isFree(kind)) ask();
    else this.#waiting.set(kind, ask);
  }

  /** Takes an answer; those of requests that others made are none of the page's. */
  answered(id: string, { kind: end }: Outcome): void {
    const request = this.#open.get(id);
    if (request === undefined) return;
    const { kind, settle } = request;
    settle(this.isOutdated(id) ? 'outdated' : end);
    this.#open.delete(id);
    if (!this.#isFree(kind)) return;
    const next = this.#waiting.get(kind);
    this.#waiting.delete(kind);
    next?.();
  }

  /** Whether another of its kind was asked after it, so that what it brings is not to be shown. */
  isOutdated(id: string | undefined): boolean {
    const request = id === undefined ? undefined : this.#open.get(id);
    return request !== undefined && this.#last.get(request.kind) !== id;
  }

  /** Forgets what waits: the view that wanted it is gone. */
  forgetWaiting(): void {
    this.#waiting.clear();
  }

  #isFree(kind: Kind): boolean {
    return ![...this.#open.values()].some((open) => open.kind === kind);
  }
}

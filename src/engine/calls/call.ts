import type { Job, JobProgress } from './service';

/**
 * The process that answers a call: `pictures`, the one that looks at pictures; `runs`, the one that reads data sets and runs;
 * `training`, that of the training which the call begins or speaks to.
 */
export type Place = 'pictures' | 'runs' | 'training';

/** What is known of a call while the program runs. */
export interface CallTraits {
  readonly at: Place;
  /** The request names what computes (`engine`, `threads`, `tensorflowModule`): the editor fills in what its settings say. */
  readonly computes?: true;
  /** Where the process does not run there is nothing to do. */
  readonly onlyIfRunning?: true;
}

/** A call as the table declares it. */
export interface Call<At extends Place, Request, Result, Progress = never> extends CallTraits {
  readonly at: At;
  /** Never there: carries the types. */
  readonly of?: (request: Request, progress: (value: Progress) => void) => Result;
}

type Traits = Omit<CallTraits, 'at'>;

/** How a call is declared that `at` answers: `call`, or `job` where it tells its progress and can be cancelled. */
export function answeredBy<At extends Place>(at: At) {
  return {
    call: <Request, Result>(traits: Traits = {}): Call<At, Request, Result> => ({ at, ...traits }),
    job: <Request, Result, Progress = JobProgress>(traits: Traits = {}): Call<At, Request, Result, Progress> => ({
      at,
      ...traits,
    }),
  };
}

// A call as a function, inferred from what carries its types; `undefined`: takes nothing, gives nothing.
type Ask<Of> = Of extends (request: infer Request, progress: (value: infer Progress) => void) => infer Result
  ? (...given: [...Argument<Request>, ...JobArgument<Progress>]) => Answer<Result>
  : never;
type Answer<Result> = [Result] extends [undefined] ? Promise<void> : Promise<Result>;
type Argument<Request> = [Request] extends [undefined] ? [] : [request: Request];
type JobArgument<Progress> = [Progress] extends [never] ? [] : [job?: Job<Progress>];

/** The calls of a table that the named places answer, as functions. */
export type Answers<Table extends Readonly<Record<string, CallTraits>>, At extends Place> = {
  [Name in keyof Table as Table[Name]['at'] extends At ? Name : never]: Table[Name] extends { readonly of?: infer Of }
    ? Ask<NonNullable<Of>>
    : never;
};

/** Any call as a function, where its name is not known before the program runs. */
export type AnyAsk = (request: unknown, job?: Job<unknown>) => Promise<unknown>;

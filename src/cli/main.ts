import { Command } from 'commander';
import { version } from '../../package.json';
import { createService } from '../engine/usecases/localService';
import { CancelledError } from '../core/errors';
import { holdingThread } from '../runtime/interrupts';
import { switchTelemetryOff } from '../runtime/onnx/telemetry';
import { addAttackCommand } from './commands/attack';
import { addAttributeCommand } from './commands/attribute';
import { addEvaluateCommand } from './commands/evaluate';
import { addExportRunCommand } from './commands/exportRun';
import { addFetchCommand } from './commands/fetch';
import { addInfoCommand } from './commands/info';
import { addIntegrateCommand } from './commands/integrate';
import { addMethodsCommand } from './commands/methods';
import { addPredictCommand } from './commands/predict';
import { addTrainCommand } from './commands/train';
import { createInterrupt } from './interrupt';
import { createProgress } from './progress';
import type { ExitStatus } from './report';
import { reportFailure } from './report';
import type { Session } from './session';
import { prepareStreams, writeResult } from './terminal';
import { createTraining } from './training';

async function run(): Promise<ExitStatus> {
  const interrupt = createInterrupt();
  const output: string[] = [];
  const failures: ExitStatus[] = [];
  const progress = createProgress();
  const service = createService();
  const training = createTraining();
  const session: Session = {
    service,
    training,
    job: { signal: interrupt.signal, progress: progress.report, partial: progress.refine },
    finishing: (work) => interrupt.finishing(work),
    write: (text) => output.push(text),
    fail: (status) => failures.push(status),
  };
  try {
    await interrupt.unlessInterrupted(createProgram(session).parseAsync());
    progress.clear();
    await writeAll(interrupt.signal, output.join(''));
    return failures[0] ?? 0;
  } catch (error) {
    progress.clear();
    // What was interrupted may fail in its own way before it hears of it.
    return reportFailure(interrupt.signal.aborted ? new CancelledError() : error);
  } finally {
    if (!interrupt.signal.aborted) {
      await training.dispose();
      await service.dispose();
    }
  }
}

const COMMANDS: readonly ((program: Command, session: Session) => void)[] = [
  addMethodsCommand,
  addInfoCommand,
  addPredictCommand,
  addAttributeCommand,
  addAttackCommand,
  addEvaluateCommand,
  addTrainCommand,
  addIntegrateCommand,
  addExportRunCommand,
  addFetchCommand,
];

function createProgram(session: Session): Command {
  const program = new Command('gradient-lens')
    .description('See which pixels made an image classifier decide, and how little it takes to change its mind.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', '\nExit status: 0 done, 1 a failure of the program, 2 something to mend, 130 cancelled.');
  for (const add of COMMANDS) add(program, session);
  return program;
}

/** A reader that does not read holds the thread; what a training was stopped with is written all the same. */
function writeAll(signal: AbortSignal, text: string): Promise<void> {
  return signal.aborted ? writeResult(text) : holdingThread(() => writeResult(text));
}

prepareStreams();
switchTelemetryOff();
void run().then((status) => process.exit(status));

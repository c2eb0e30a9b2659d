import { AGAINST_WORDS } from './against/words';
import type { Entry, Results, TrainingLife } from './results';
import type { Spread } from './statistics';
import { TASK_WORDS, TASKS, TRAINING_TASKS } from './taskNames';
import { imagesPerSecond } from './trainingRate';

/** Load average above which times, and somewhat the ratios, are not to be trusted. */
export const CALM = 1.5;

/** Share of the cores from which on a row is only an indication. */
const DISTURBED = 0.08;

/** The text of docs/performance.md. */
export function report(results: Results, file: string): string {
  const { machine, threads } = results;
  const shares = results.measurements.flatMap(({ entries }) => entries.map(({ others }) => others?.median ?? 0));
  const worst = Math.max(0, ...shares);
  const loads = results.measurements.flatMap(({ load, loadAfter }) => [load, loadAfter]);
  const calm =
    worst <= DISTURBED
      ? 'Other processes had next to nothing of the cores during the turns.'
      : `**The machine was shared** (load average up to ${Math.max(...loads).toFixed(1)}): other processes had up to ${percent(worst)} of the cores during the turns of a contender, which strikes the contenders unequally. Rows where the last column is above ${percent(DISTURBED)} are to be taken as an indication only.`;
  return `# Performance

Made by \`npm run bench\` from \`${file}\`; numbers are never edited by hand.

## What was measured

Each task is run by processes that take turns on the same picture, ${threads} threads each, after two runs to warm up. Times are medians in milliseconds with the quartiles in brackets; short tasks are repeated within a turn, which then counts as its median. A turn that other processes disturb is tried again a few times and the least disturbed attempt counts; _others_ is the share of the cores that they still had. A ratio is the time of the ONNX Runtime engine divided by the other's, taken turn by turn: below 1 the ONNX Runtime engine is faster.

The engines are the product's own, bundled as it is shipped: a model is loaded by \`loadClassifier\` with that engine, and a row that bears a method's name calls the registered method. What no registered method covers says so: \`bare-…\` calls the classifier alone, \`…-loop\` is a loop of the bench's own around it.

${TASKS.map((task) => `- \`${task}\`: ${TASK_WORDS[task]}.`).join('\n')}

PyTorch computes the same network from the same weights. _eager_: as a user has it, parameters frozen. _fused_: batch normalisation merged into the convolutions and memory in channels-last order. Batches go through it in chunks of 10. _Agreement_ is the cosine between its map and ours. The TensorFlow.js engines read the generated networks from a file with TensorFlow's padding: as many operations, other edges, so that no agreement is given for them.

Machine: ${machine.cores} cores, ${machine.architecture} (${machine.instructions.join(', ')}), ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}${results.torch === undefined ? '' : `, PyTorch ${results.torch}`}. ${calm}

${TASKS.map((task) => taskSection(results, task))
  .filter((section) => section !== '')
  .join('\n\n')}

${trainingSection(results)}${firstGradientSection(results)}

${AGAINST_WORDS}
`;
}

function taskSection({ measurements, models }: Results, task: (typeof TASKS)[number]): string {
  const own = measurements.filter((measurement) => measurement.task === task);
  if (own.length === 0) return '';
  const rows = own.flatMap(({ model, entries, skipped }) => [
    ...entries.map((entry, index) => [
      index === 0 ? `${model} (${models[model] ?? ''})` : '',
      entry.name,
      times(entry.time),
      index === 0 ? '' : ratioText(entry.ratio),
      index > 0 && entry.name.startsWith('PyTorch') ? entry.agreement.toFixed(6) : '',
      `${Math.round(entry.peakBytes / 2 ** 20)}`,
      entry.others === undefined ? '' : percent(entry.others.median),
    ]),
    ...skipped.map(({ name, why }) => ['', name, `– (${why})`, '', '', '', '']),
  ]);
  return `## ${task}\n\n${TASK_WORDS[task]}\n\n${table(['Model', 'Engine', 'Time, ms', 'ONNX Runtime engine / this', 'Agreement', 'Peak memory so far, MiB', 'Others'], rows)}`;
}

/** Training by images a second, and how much of that watching takes. */
function trainingSection({ measurements, trainingLife }: Results): string {
  const [plain, watched] = TRAINING_TASKS.map((task) => measurements.find((each) => each.task === task));
  if (plain === undefined || watched === undefined) return '';
  const rows = plain.entries.map((entry) => {
    const other = watched.entries.find(({ name }) => name === entry.name);
    const isOurs = entry === plain.entries[0];
    return [
      entry.name,
      rates(entry.time),
      isOurs ? '' : inverted(entry.ratio),
      isOurs ? '' : entry.agreement.toFixed(6),
      other ? rates(other.time) : '–',
      isOurs || !other ? '' : inverted(other.ratio),
      isOurs || !other ? '' : other.agreement.toFixed(6),
      other ? percent(1 - entry.time.median / other.time.median) : '',
      `${Math.round((other ?? entry).peakBytes / 2 ** 20)}`,
      entry.others === undefined ? '' : percent(Math.max(entry.others.median, other?.others?.median ?? 0)),
    ];
  });
  const head = [
    ...['Engine', 'Images/s', 'ONNX Runtime engine / this', 'Agreement'],
    ...[
      'Images/s, watching',
      'ONNX Runtime engine / this',
      'Agreement',
      'Watching takes',
      'Peak memory, MiB',
      'Others',
    ],
  ];
  return `## training

The post's deep network for 28 × 28 pictures (179,728 parameters): ${TASK_WORDS.training}; watching: ${TASK_WORDS['training-watched']}. From the same weights on the same images; a ratio above 1 means that the ONNX Runtime engine trains more images a second. Agreement is the cosine between the changes of all weights after ten minibatches, and between the gradients of the watched images' loss.

${table(head, rows)}

${trainingLife === undefined ? '' : `${lifeSummary(trainingLife)}\n\n`}`;
}

/** What a training leaves to others, and what it keeps. */
export function lifeSummary({ alone, beside, minibatches, memory }: TrainingLife): string {
  const grown = memory && `${(100 * (memory.last / memory.first - 1)).toFixed(1)} %`;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  return (
    `While such a training with 16 watched images runs in its process, the attribution (gradient × input) of another 28 × 28 picture by the engine's process takes ${times(beside)} ms from request to answer, and ${times(alone)} ms when nothing is trained.` +
    (memory
      ? ` Over ${minibatches.toLocaleString('en')} watched minibatches the training's process went from ${megabytes(memory.first)} to ${megabytes(memory.last)} of resident memory (${grown}).`
      : '')
  );
}

function rates({ median, lower, upper }: Spread): string {
  const rate = (ms: number): string => imagesPerSecond(ms).toFixed(0);
  return `${rate(median)} [${rate(upper)}–${rate(lower)}]`;
}

/** The ratio of rates out of that of times. */
function inverted({ median, lower, upper }: Spread): string {
  return `**${(1 / median).toFixed(2)}** [${(1 / upper).toFixed(2)}–${(1 / lower).toFixed(2)}]`;
}

function firstGradientSection({ firstGradients }: Results): string {
  if (firstGradients.length === 0) return '';
  const rows = firstGradients.map(({ model, loading, first, load }) => [
    model,
    times(loading),
    times(first),
    load.toFixed(1),
  ]);
  const head = ['Model', 'Loading, ms', 'First map, ms', 'Load'];
  return `## Before the first gradient\n\nThe ONNX Runtime engine in a fresh process: from the start of the program, Node's own left out, to the loaded model (\`loadClassifier\`), and the first run of the registered method \`gradient\`, which makes the derivative's graph ready.\n\n${table(head, rows)}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function times({ median, lower, upper }: Spread): string {
  return `${shown(median)} [${shown(lower)}–${shown(upper)}]`;
}

export function ratioText({ median, lower, upper }: Spread): string {
  return `**${median.toFixed(2)}** [${lower.toFixed(2)}–${upper.toFixed(2)}]`;
}

function shown(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** One line for the terminal. */
export function summary({ name, time, ratio: against, agreement, peakBytes, others }: Entry): string {
  return `    ${name.padEnd(16)} ${times(time).padEnd(28)} ratio ${against.median.toFixed(3)}  cosine ${agreement.toFixed(6)}  peak ${Math.round(peakBytes / 2 ** 20)} MiB  others ${others === undefined ? '?' : percent(others.median)}`;
}

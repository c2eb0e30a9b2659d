import type { PbfWriter } from 'pbf';
import { attribute, file, initializer, int64s, node } from '../formats/models/onnx/hostileSupport';

// Models whose work only running them tells: networks of one picture, 3 × 8 × 8, and three scores, with control flow inside.

type Write = (writer: PbfWriter) => void;

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

/** An input (11) or output (12) of a graph, of one element type and shape. */
function value(tag: 11 | 12, name: string, type: number, shape: readonly number[] | undefined): Write {
  return (writer) =>
    writer.writeMessage(
      tag,
      (_: undefined, info) => {
        info.writeStringField(1, name);
        info.writeMessage(
          2,
          (__: undefined, holder) =>
            holder.writeMessage(
              1,
              (___: undefined, tensor) => {
                tensor.writeVarintField(1, type);
                if (shape !== undefined)
                  tensor.writeMessage(
                    2,
                    (sizes: readonly number[], dims) => {
                      for (const size of sizes)
                        dims.writeMessage(1, (one: number, dim) => dim.writeVarintField(1, one), size);
                    },
                    shape,
                  );
              },
              undefined,
            ),
          undefined,
        );
      },
      undefined,
    );
}

const together =
  (...parts: readonly Write[]): Write =>
  (writer) =>
    parts.forEach((part) => part(writer));
const named: Write = (writer) => writer.writeStringField(2, 'inner');

const picture = value(11, 'x', FLOAT, [1, 3, 8, 8]);
const scores = value(12, 'y', FLOAT, [1, 3]);
const head = [
  node('GlobalAveragePool', ['z'], ['pooled']),
  node('Flatten', ['pooled'], ['y'], attribute.integer('axis', 1)),
];
const yes = initializer('yes', BOOL, [], Uint8Array.of(1));
/** 2⁶² rounds: as good as for ever. */
const rounds = (count: number): Write => int64s('rounds', [count], []);

/** The body of a loop that carries `v`: `inside` makes `w` of it. */
function body(inside: readonly Write[], extra: readonly Write[] = []): Write {
  return together(
    named,
    node('Identity', ['c'], ['again']),
    ...inside,
    value(11, 'i', INT64, []),
    value(11, 'c', BOOL, []),
    value(11, 'v', FLOAT, undefined),
    value(12, 'again', BOOL, []),
    value(12, 'w', FLOAT, undefined),
    ...extra,
  );
}

function model(...parts: readonly Write[]): Uint8Array {
  return file([named, ...parts, picture, scores, ...head], { standard: false });
}

const keep = [node('Identity', ['v'], ['w'])];

export const endless = {
  'a loop without a number of rounds': () =>
    model(node('Loop', ['', 'yes', 'x'], ['z'], attribute.graph('body', body(keep))), yes),
  'a loop of 2⁶² rounds': () =>
    model(node('Loop', ['rounds', 'yes', 'x'], ['z'], attribute.graph('body', body(keep))), yes, rounds(2 ** 62)),
  'a loop in a branch': () =>
    model(
      node(
        'If',
        ['yes'],
        ['z'],
        attribute.graph(
          'then_branch',
          together(
            named,
            node('Loop', ['', 'yes', 'x'], ['then'], attribute.graph('body', body(keep))),
            value(12, 'then', FLOAT, undefined),
          ),
        ),
        attribute.graph(
          'else_branch',
          together(named, node('Identity', ['x'], ['else']), value(12, 'else', FLOAT, undefined)),
        ),
      ),
      yes,
    ),
};

/** z = x + a sum over very many numbers. */
const plusSumOf = (numbers: string): Write[] => [
  node('ReduceSum', [numbers], ['sum'], attribute.integer('keepdims', 0)),
  node('Add', ['x', 'sum'], ['z']),
];

export const insatiable = {
  'one value of 4 GB in a loop': () =>
    model(
      node(
        'Loop',
        ['rounds', 'yes', 'x'],
        ['z'],
        attribute.graph(
          'body',
          body([
            node('ReduceMean', ['v'], ['mean'], attribute.integer('keepdims', 0)),
            node('Expand', ['mean', 'much'], ['many']),
            node('ReduceSum', ['many'], ['sum'], attribute.integer('keepdims', 0)),
            node('Add', ['v', 'sum'], ['w']),
          ]),
        ),
      ),
      yes,
      rounds(1),
      initializer('all', BOOL, [1], Uint8Array.of(1)),
      int64s('much', [2 ** 30]),
    ),
  'a value that doubles in each round': () =>
    model(
      node(
        'Loop',
        ['rounds', 'yes', 'x'],
        ['grown'],
        attribute.graph('body', body([node('Concat', ['v', 'v'], ['w'], attribute.integer('axis', 0))])),
      ),
      ...plusSumOf('grown'),
      yes,
      rounds(24),
    ),
  'the values of every round kept': () =>
    model(
      node(
        'Loop',
        ['rounds', 'yes', 'x'],
        ['last', 'kept'],
        attribute.graph(
          'body',
          body(
            [
              node('Identity', ['v'], ['w']),
              node('ReduceMean', ['v'], ['mean'], attribute.integer('keepdims', 0)),
              node('Expand', ['mean', 'much'], ['many']),
            ],
            [value(12, 'many', FLOAT, undefined)],
          ),
        ),
      ),
      ...plusSumOf('kept'),
      yes,
      rounds(128),
      int64s('much', [2 ** 23]),
    ),
  'an operator that is not known before a large value': () =>
    model(
      node('Compress', ['x', 'all'], ['strange'], attribute.integer('axis', 0)),
      node('ReduceMean', ['strange'], ['mean'], attribute.integer('keepdims', 0)),
      node('Expand', ['mean', 'much'], ['many']),
      ...plusSumOf('many'),
      initializer('all', BOOL, [1], Uint8Array.of(1)),
      int64s('much', [2 ** 30]),
    ),
};

/** z = x · 2⁵, in five rounds: what an honest loop does. */
export const doubledFiveTimes = (): Uint8Array =>
  model(
    node('Loop', ['rounds', 'yes', 'x'], ['z'], attribute.graph('body', body([node('Add', ['v', 'v'], ['w'])]))),
    yes,
    rounds(5),
  );

import path from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { COMMENT_KEYS, modelSpec } from '../../src/core/model/modelSpec';
import type { Range } from '../../src/core/schema/numbers';
import { repository } from './paths';

export const LENS_SCHEMA_FILE = path.join(repository, 'media', 'lens.schema.json');

type JsonSchema = ReturnType<typeof toJsonSchema>;
type WithRange = JsonSchema & { readonly range?: Range };

/** The JSON Schema of `lens.json`: editors complete and check it as the program will. */
export function lensSchema(): JsonSchema {
  return {
    ...toJsonSchema(modelSpec, {
      typeMode: 'input',
      ignoreActions: ['check', 'finite'],
      overrideSchema: ({ jsonSchema: { range, ...schema } }: { readonly jsonSchema: WithRange }) => ({
        ...schema,
        ...(range ? boundsOf(range) : {}),
        ...(schema.type === 'object' ? onlyKnown() : {}),
      }),
    }),
    title: 'Description of a model for Gradient Lens',
  };
}

export function lensSchemaText(): string {
  return `${JSON.stringify(lensSchema(), null, 2)}\n`;
}

function boundsOf({ minimum, maximum, isWhole, isOpenBelow }: Range): JsonSchema {
  return {
    type: isWhole ? 'integer' : 'number',
    ...(isOpenBelow ? { exclusiveMinimum: minimum } : { minimum }),
    maximum,
  };
}

/** Others are ignored with a warning, but for those that say something to a person only. */
function onlyKnown(): JsonSchema {
  return { additionalProperties: false, patternProperties: { [COMMENT_KEYS.source]: {} } };
}

// Writes the JSON Schema of lens.json from its declaration: node --import tsx scripts/lensSchema.ts
import { writeFileSync } from 'node:fs';
import { LENS_SCHEMA_FILE, lensSchemaText } from './support/lensSchema';

writeFileSync(LENS_SCHEMA_FILE, lensSchemaText());

// Writes what documents and the manifest say of methods from the registries: npm run generate
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generatedFiles } from './methods/generate';
import { runScript } from './support/missing';
import { repository } from './support/paths';

runScript(async () => {
  for (const [file, text] of await generatedFiles()) {
    const full = path.join(repository, file);
    if (readFileSync(full, 'utf8') === text) continue;
    writeFileSync(full, text);
    console.log(file);
  }
  return 0;
});

// Packs the extension for this platform: npm run package
import path from 'node:path';
import { packExtension } from './support/extensionPackage';
import { runScript } from './support/missing';
import { repository } from './support/paths';

runScript(async () => {
  const { file, megabytes } = await packExtension();
  console.log(`${path.relative(repository, file)}: ${megabytes.toFixed(1)} MB`);
  return 0;
});

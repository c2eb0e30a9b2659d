import path from 'node:path';
import type { Command } from 'commander';
import { Argument } from 'commander';
import { addJsonOption } from '../options';
import type { Session } from '../session';
import { writeJson, writePaths } from '../session';

interface FetchOptions {
  readonly out: string;
  readonly json?: boolean;
}

/** `fetch`: a public data set from where it is published; an attempt that was broken off goes on. */
export function addFetchCommand(program: Command, session: Session): void {
  addJsonOption(program.command('fetch'))
    .description('download a public data set, checked by size and MD5')
    .addArgument(new Argument('<dataset>', 'which one').choices(['fashion-mnist']))
    .requiredOption('--out <folder>', 'where its files go')
    .action(async (dataset: 'fashion-mnist', { out, json }: FetchOptions) => {
      const folder = await session.finishing(() =>
        session.training.fetchDataset({ id: dataset, folder: path.resolve(out) }, session.job),
      );
      if (json) writeJson(session, { kind: 'dataset', id: dataset, folder });
      else writePaths(session, [folder]);
    });
}

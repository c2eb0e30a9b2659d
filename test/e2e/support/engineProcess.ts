import { readdirSync, readFileSync } from 'node:fs';
import type { ServerFacts } from '../../../scripts/support/vscodeServer';

/** Ids of the engine processes that belong to a server, oldest first. Reads /proc: Linux only, as the served VS Code is. */
export function engineProcesses(server: ServerFacts): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // The fields after the command's name in parentheses: state, parent, process group.
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return state !== 'Z' && Number(group) === server.pid && command.includes('dist/engine.js');
      } catch {
        return false;
      }
    })
    .sort((a, b) => a - b);
}

import { readFileSync } from 'node:fs';

/**
 * Largest resident memory of this process so far, bytes. On Linux as the kernel counts it for this program alone; what
 * `resourceUsage` tells there is never below the memory of the process that started this one.
 */
export function peakBytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return 1024 * Number(kilobytes);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

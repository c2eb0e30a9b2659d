"""Largest resident memory of this process so far, bytes, as bench/memory.ts has it."""

import re
import resource
from pathlib import Path


def peak_bytes():
    try:
        return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.M)[1])
    except (OSError, TypeError):
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

"""What of this machine is this process's to use: cores by affinity and quota, memory by limits, and not by the host's.

The standard library tells the affinity at most, and from Python 3.13 on only; `joblib` and `loky` know quotas, and
would come along whole for it.
"""

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS, PROC = Path("/sys/fs/cgroup"), Path("/proc")


def cores() -> int:
    """How many cores this process may use at a time, one at least."""
    counted = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    with suppress(AttributeError, OSError):  # not every system has affinities
        counted = min(counted, len(os.sched_getaffinity(0)))
    return max(1, min([counted, *(math.ceil(quota) for quota in _quotas())]))


def memory() -> float | None:
    """How many bytes more this process may use, about; None where the system does not tell."""
    left = [*_free(), *_limited(), *_contained()]
    return max(0.0, min(left)) if left else None


def _quotas() -> Iterator[float]:
    """Cores' worth of time that containers around this process allow it."""
    for folder in _cgroups("cpu"):
        allowed = _words(folder / "cpu.max") or [
            *_words(folder / "cpu.cfs_quota_us"),
            *_words(folder / "cpu.cfs_period_us"),
        ]
        if len(allowed) == 2 and allowed[0] not in ("max", "-1"):
            yield float(allowed[0]) / float(allowed[1])


def _free() -> Iterator[float]:
    """What the machine has left."""
    for line in _lines(PROC / "meminfo"):
        if line.startswith("MemAvailable:"):
            yield 1024.0 * float(line.split()[1])


def _limited() -> Iterator[float]:
    """What the limits of the process leave it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    pages = _words(PROC / "self" / "statm")
    for limit, at in ((resource.RLIMIT_AS, 0), (resource.RLIMIT_DATA, 5)):
        soft = resource.getrlimit(limit)[0]
        if soft != resource.RLIM_INFINITY and len(pages) > at:
            yield soft - float(pages[at]) * resource.getpagesize()


def _contained() -> Iterator[float]:
    """What the containers around this process leave it; files that were read can make room."""
    for folder in _cgroups("memory"):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            most, now = _words(folder / limit), _words(folder / used)
            if most and now and most != ["max"]:
                stat = dict(line.split() for line in _lines(folder / "memory.stat"))
                yield float(most[0]) - float(now[0]) + float(stat.get("inactive_file", 0))


def _cgroups(controller: str) -> Iterator[Path]:
    """Folders of the control groups that this process is in, of either version, from the innermost out."""
    for line in _lines(PROC / "self" / "cgroup"):
        _, controllers, inner = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        root = CGROUPS / controller if controllers else CGROUPS
        place = root / inner.strip("/")
        yield place
        while place != root:
            place = place.parent
            yield place


def _lines(path: Path) -> list[str]:
    with suppress(OSError, ValueError):
        return path.read_text(encoding="utf-8").splitlines()
    return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()

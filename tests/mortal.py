"""Work that kills its worker; nothing is imported that takes time, since every worker imports it."""

import os
import signal
from pathlib import Path


def once(marker: Path, first: int, last: int) -> int:
    """Die if nobody has died here yet."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return first
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def rules(process: int) -> str:
    """Tell of other rules than all other processes do."""
    return "these" if os.getpid() == process else "those"

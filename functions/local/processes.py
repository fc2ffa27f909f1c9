"""Child processes: none outlives its parent, and each has a name."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def stop_with_parent() -> None:
    """On Linux, has the kernel terminate the child when the parent is killed, so that it still writes its state."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def call_it(name: str) -> None:
    """On Linux, the name of this process that `ps -o comm` shows, of which 15 letters count."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())

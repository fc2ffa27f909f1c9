"""The command line `./regain`, for stacks on AWS and the embedded stack. Never deployed."""

import sys
from types import TracebackType


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """As Python does, but that a Ctrl-C while the program is loading is no fault of anything."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("Stopped.\n")
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _report

"""The port of this machine that the stack is reached at."""

import contextlib
import errno
import socket

from local.engine import EngineError


def listen(port: int) -> list[socket.socket]:
    """Binds the port on both loopback addresses, before anything else is started: `localhost` may mean either."""
    listening = [_bind(socket.AF_INET, "127.0.0.1", port)]
    with contextlib.suppress(_NoSuchAddress):
        listening.append(_bind(socket.AF_INET6, "::1", port))
    return listening


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    try:
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
    except OverflowError:
        raise EngineError(f"{port} is not a port: choose one from 1024 to 65535 with PORT=") from None
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise _NoSuchAddress from None
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise EngineError(f"port {port} {why}: stop what uses it, or choose another with PORT=") from None
    return listening


class _NoSuchAddress(Exception):
    """The machine has no such address; many containers have no IPv6."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

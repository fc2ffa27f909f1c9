"""A directory that runs on this machine: how to reach it, and how to stop it."""

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from local.directories.certificates import Certificate

_PATIENCE_SECONDS = 60
_GET_FLAGS, _SET_FLAGS, _UP, _REQUEST = 0x8913, 0x8914, 1, "16sH14x"  # netdevice(7)


class NotInstalled(Exception):
    """The server is not on this machine."""


def program(name: str) -> str:
    """The path of a server program. Raises NotInstalled, and says what installs it."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if not found:
        raise NotInstalled(f"{name} is not installed: run `make directories-servers` as root")
    return found


@dataclass
class Running:
    """A directory server. `manager` may do everything; `service_account` only what Regain needs."""

    kind: str
    url: str
    plain_url: str
    base: str
    service_account: str
    service_password: str
    manager: str
    manager_password: str
    certificate: Certificate
    folder: Path
    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Waits until the server listens. Raises RuntimeError if it ends instead."""
        host, _, port = self.url.rpartition("/")[2].partition(":")
        for _ in range(_PATIENCE_SECONDS * 20):
            if self.process.poll() is not None:
                log = (self.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"{self.kind} ended: {log[-2_000:]}")
            try:
                socket.create_connection((host, int(port or 636)), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.kind} does not listen at {self.url}")

    def freeze(self) -> None:
        """Makes it deaf: it accepts connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)  # until every thread has stopped

    def thaw(self) -> None:
        """Lets a frozen server go on."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ends the server."""
        if self.process.stdin:
            self.process.stdin.close()
        self.thaw()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def bring_up_loopback() -> None:
    """Makes 127.0.0.1 work in a network namespace of one's own (`unshare -Urn`), where it is down at first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack(_REQUEST, b"lo", 0))
        _, flags = struct.unpack(_REQUEST, asked)
        if not flags & _UP:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack(_REQUEST, b"lo", flags | _UP))


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on."""
    with socket.create_server((address, 0)) as server:
        return int(server.getsockname()[1])

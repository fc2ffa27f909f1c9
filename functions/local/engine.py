"""MiniStack in place of AWS: a child process in a virtual environment of its own, bound to a local address."""

import fcntl
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from local.processes import stop_with_parent
from local.template import REGION

_START = 20.0  # seconds
_STOP = 10.0
_SERVER = Path(__file__).with_name("quiet_server.py")
"""Serves MiniStack's application at half the CPU that its own Hypercorn needs for a request."""
SCHEMA = "2"
"""What the tables' keys and items are like. A change that this release cannot read counts it up."""


class EngineError(Exception):
    """The engine cannot be started, or it has stopped."""


class Engine:
    """A MiniStack process, run by the Python `program`, with its state in a folder. It writes it when it stops."""

    def __init__(self, program: Path, state: Path, port: int, host: str = "127.0.0.1") -> None:
        self.program, self.state, self.port, self.host = program, state, port, host
        self.endpoint = f"http://{host}:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that make the AWS SDKs use this engine."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self) -> None:
        """Starts it and waits until it answers.

        Raises:
            EngineError: the folder is in use by another stack, its state has another schema, or it does not start.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        self._lock = (self.state / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EngineError(
                f"another stack uses {self.state}: stop it, or choose another folder with STATE="
            ) from None
        try:
            self._check_schema()
            if not self.program.exists():
                raise EngineError(f"{self.program} is missing: run `make install`")
        except EngineError:
            self._lock.close()
            raise
        with (self.state / "engine.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.program), "-P", str(_SERVER), self.host, str(self.port)], stdout=log, stderr=log,
                env={**os.environ, **self._settings()},
                preexec_fn=stop_with_parent, start_new_session=True,
            )  # fmt: skip
        self._wait()

    def _check_schema(self) -> None:
        """Writes which schema a new state has. Raises EngineError if that of an older one is different."""
        schema, stored = self.state / "schema", self.state / "engine"
        if not stored.exists():
            schema.write_text(SCHEMA)
        elif not schema.exists() or schema.read_text() != SCHEMA:
            raise EngineError(f"{self.state} was written by another version of Regain: `make clean` deletes it")

    def _settings(self) -> dict[str, str]:
        return {
            "BIND_HOST": self.host,
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state.resolve() / "engine"),
            "MINISTACK_REGION": REGION,
        }

    def _wait(self) -> None:
        until = time.monotonic() + _START
        while time.monotonic() < until:
            if not self.alive:
                break
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.stop()
        raise EngineError(f"The engine did not start. {self.last_words()}")

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def last_words(self, lines: int = 20) -> str:
        """How the process ended, and the last lines of its log."""
        status = self._process.poll() if self._process else None
        log = self.state / "engine.log"
        said = log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"Its exit status is {status}, and the end of {log} is:", *said])

    def stop(self) -> None:
        """Stops it and waits until its state is written."""
        if self.alive and self._process:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._lock.close()

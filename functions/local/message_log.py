"""The messages that the stand-ins took, in a file that survives a restart."""

import json
import os
import threading
import time
import uuid
from pathlib import Path
from typing import Any


class MessageLog:
    """A JSON object a line, oldest first: `{id, at, channel, to, subject, body, html}`, `at` in seconds since 1970."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._mended = False

    def add(self, channel: str, to: str, subject: str, body: str, html: str = "") -> str:
        """Records a message and returns its id."""
        message = {
            "id": str(uuid.uuid4()), "at": time.time(), "channel": channel, "to": to, "subject": subject, "body": body,
            "html": html,
        }  # fmt: skip
        with self._lock:
            self._mend()
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(message) + "\n")
        return str(message["id"])

    def all(self) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        with self._lock:  # a long line is written in several pieces
            whole = self._whole()
        return [json.loads(line) for line in whole.splitlines()]

    def _mend(self) -> None:
        """Takes away a line that was cut off when a process was ended: its sender had no answer, and sends again."""
        if not self._mended and self._file.exists():
            os.truncate(self._file, len(self._whole()))
        self._mended = True

    def _whole(self) -> bytes:
        written = self._file.read_bytes() if self._file.exists() else b""
        return written[: written.rfind(b"\n") + 1]

"""The messages that the stand-ins took, in a file that survives a restart."""

import json
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

    def add(self, channel: str, to: str, subject: str, body: str, html: str = "") -> str:
        """Records a message and returns its id."""
        message = {
            "id": str(uuid.uuid4()), "at": time.time(), "channel": channel, "to": to, "subject": subject, "body": body,
            "html": html,
        }  # fmt: skip
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(message) + "\n")
        return str(message["id"])

    def all(self) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        if not self._file.exists():
            return []
        return [json.loads(line) for line in self._file.read_text(encoding="utf-8").splitlines()]

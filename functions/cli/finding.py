"""What `doctor` says of one thing."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from regain.directories.base import Finding

__all__ = ["Finding", "asked", "either"]


def either(holds: object, good: str, bad: str, to_do: str, otherwise: str = "wrong") -> Finding:
    """What is true where something holds; else what is true instead, and what to do."""
    return Finding("ok", good) if holds else Finding(otherwise, bad, to_do)


def asked(action: Any, **request: Any) -> Any:
    """What a service answers; a warning where it does not."""
    try:
        return action(**request)
    except (ClientError, BotoCoreError) as error:
        what = error.operation_name if isinstance(error, ClientError) else action.__name__
        return Finding("warning", f"{what} was not answered: {error}")

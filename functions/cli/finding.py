"""The findings of `doctor`."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from regain.directories.base import Finding

__all__ = ["Finding", "asked", "either"]


def either(holds: object, good: str, bad: str, to_do: str, otherwise: str = "wrong") -> Finding:
    """`good` if the condition holds; else `bad`, and what to do."""
    return Finding("ok", good) if holds else Finding(otherwise, bad, to_do)


def asked(action: Any, **request: Any) -> Any:
    """The response of a service; a warning if there is none."""
    try:
        return action(**request)
    except (ClientError, BotoCoreError) as error:
        what = error.operation_name if isinstance(error, ClientError) else action.__name__
        return Finding("warning", f"{what} was not answered: {error}")

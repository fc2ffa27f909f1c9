"""Describes exceptions for the log without their messages, which could hold what somebody typed (B20)."""

from collections.abc import Callable

on_error: Callable[[Exception], None] = lambda _: None  # noqa: E731 - a hook, not a function of its own
"""Called with each exception that a log describes. On AWS it does nothing; a laptop's developer sees the traceback."""


def error_kind(error: Exception) -> str:
    """The exception's class, with the error code where an AWS service returned one."""
    on_error(error)
    response = getattr(error, "response", None) or {}  # None where the connection was lost
    code = response.get("Error", {}).get("Code", "")
    return f"{type(error).__name__} {code}".strip()


def error_location(error: Exception) -> str:
    """File and line of the last six frames of the traceback, innermost last."""
    places, step = [], error.__traceback__
    while step:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno}")
        step = step.tb_next
    return " ".join(places[-6:])

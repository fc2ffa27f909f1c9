"""Describes exceptions for the log without their messages, which could hold what somebody typed (B20)."""


def error_kind(error: Exception) -> str:
    """The exception's class, with the error code where an AWS service returned one."""
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

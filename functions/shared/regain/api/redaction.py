"""Faults as a log may tell them: what kind and where, never what anybody typed (B20)."""


def error_kind(error: Exception) -> str:
    """What kind of fault it was. Its message could hold what somebody typed, so it is left out."""
    answered = getattr(error, "response", None) or {}  # None where a connection broke off
    code = answered.get("Error", {}).get("Code", "")
    return f"{type(error).__name__} {code}".strip()


def error_location(error: Exception) -> str:
    """The places of the code that the fault came through, innermost last; no values."""
    places, step = [], error.__traceback__
    while step:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{step.tb_lineno}")
        step = step.tb_next
    return " ".join(places[-6:])

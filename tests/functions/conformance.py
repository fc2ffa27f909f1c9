"""Checks every response of every test against the contract: an unlisted status or problem fails the test."""

from regain.api.contract import BODY_PROBLEMS, COMMON_PROBLEMS
from regain.api.handler import operations_at


def check(method: str, path: str, status: int, code: str) -> None:
    """Raises AssertionError, where the contract lists no such answer for this request."""
    for operation in operations_at(path):
        if operation.method == method:
            problems = (*operation.problems, *COMMON_PROBLEMS, *(BODY_PROBLEMS if operation.request else ()))
            listed = {(problem.status, problem.code) for problem in problems} | {(operation.status, "")}
            assert (status, code) in listed, f"{method} {operation.path} does not list {status} {code}"
            return
    page = "" if not path.startswith("/api/") else "not-found"  # the site's own page
    assert (status, code) in ((404, page), (404, "not-found"), (405, "method-not-allowed")), f"{method} {path}: {code}"

"""Every call on AWS that this process makes, seen where it begins: on botocore's way and on the short ones."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from botocore.client import BaseClient

from regain.adapters.short_way import ToDynamoDB, ToSes

WAYS = (BaseClient, ToDynamoDB, ToSes)
Take = Callable[[Any, str, dict[str, Any], Callable[[], Any]], Any]
_OPERATIONS: ContextVar[list[str] | None] = ContextVar("operations", default=None)


def watch(put: Callable[[Any, str, Any], None], take: Take) -> None:
    """Has `take(client, operation, parameters, ask)` answer each call: `ask()` makes it. `put` is `setattr` or undoes it.

    What the short way leaves to botocore is still one call.
    """
    within = threading.local()

    def method(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(client: Any, operation: str, params: dict[str, Any]) -> Any:
            if getattr(within, "call", False):
                return original(client, operation, params)
            within.call = True
            try:
                return take(client, operation, params, lambda: original(client, operation, params))
            finally:
                within.call = False

        return call

    for way in WAYS:
        put(way, "_make_api_call", method(way._make_api_call))


@contextlib.contextmanager
def counted() -> Iterator[list[str]]:
    """The operations on tables that this thread asks for meanwhile."""
    operations: list[str] = []
    token = _OPERATIONS.set(operations)
    try:
        yield operations
    finally:
        _OPERATIONS.reset(token)


def _count(client: Any, operation: str, _: dict[str, Any], ask: Callable[[], Any]) -> Any:
    operations = _OPERATIONS.get()
    if operations is not None and client.meta.service_model.service_name == "dynamodb":
        operations.append(operation)
    return ask()


watch(setattr, _count)

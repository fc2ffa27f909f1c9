"""Makes one call to a domain's directory. Logs the outcome, and nothing of the request or response."""

import functools
import importlib
from typing import Any

import msgspec
from aws_lambda_powertools import Logger

from directory.secret import secret_of
from regain.api import metrics
from regain.api.redaction import error_kind, error_location
from regain.directories.base import Directory, Person
from regain.directories.ldap.kinds import connect
from regain.directories.wire import Answer, Request, perform
from regain.organisation.policies import for_domain
from regain.organisation.settings import Organisation, current

log = Logger(service="regain")


def answer(event: dict[str, Any], _context: Any) -> Any:
    """Answers a request of `regain.directories.wire`. Never raises: an exception could quote what was typed."""
    try:
        asked = msgspec.convert(event, Request)
        made = perform(directory(asked.domain), asked.asked)
    except Exception as error:
        log.error("failed", extra={"error": error_kind(error), "at": error_location(error)})
        made = Answer("unknown", "the function failed")
    metrics.count("Directory", outcome=made.outcome)
    if made.outcome in ("not-allowed", "nothing-done", "unknown"):
        log.error("directory", extra={"outcome": made.outcome, "detail": made.detail})
    return msgspec.to_builtins(made)


@functools.cache
def directory(domain: str) -> Directory:
    """The directory of a domain, with its open connections. Raises KeyError if the domain has none."""
    organisation = current()
    settings = organisation.domains[domain].ldap
    if not settings:
        raise KeyError("ldap")
    shortest = for_domain(organisation, f"@{domain}").passwords.minimum_length
    return connect(settings, secret_of(domain), shortest, functools.partial(_capable, organisation, domain))


def _capable(organisation: Organisation, domain: str, person: Person) -> bool:
    """Whether a person who has registered nothing could reset. Imported lazily: only `doctor` needs it."""
    return bool(importlib.import_module("directory.capable").capable(organisation, domain, person))

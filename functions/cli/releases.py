"""Checks that every live function runs the release that was deployed last (A12, A13)."""

from collections import Counter
from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli import lookups
from cli.finding import Finding
from cli.stack import Stack
from cli.template_parameters import TEMPLATE
from local.template import raw

_ALIAS = "live"  # what the API and the streams call
_FUNCTION = "AWS::Serverless::Function"
_SHOWN = 12


def releases(stack: Stack, resources: dict[str, str], state: lookups.StackState) -> Iterator[Finding]:
    """Compares the release of the version behind each function's alias."""
    running: dict[str, str] = {}
    for name in _functions(resources):
        try:
            running[name] = _release(resources.get(name, name))
        except (ClientError, BotoCoreError, KeyError) as error:
            yield Finding("wrong", f"{name} did not say which release it runs: {error}", _again(stack))
    if not running:
        return
    (usual, _), *_ = Counter(running.values()).most_common()
    wanted = state.parameters.get("Release") or usual
    behind = {name: release for name, release in running.items() if release != wanted}
    if not behind:
        yield Finding("ok", f"all {len(running)} functions run the release {wanted[:_SHOWN] or '(unnamed)'}.")
    busy = state.status.endswith("_IN_PROGRESS")
    for name, release in behind.items():
        what = f"{name} runs the release {release[:_SHOWN] or '(unnamed)'}, and {wanted[:_SHOWN]} is deployed."
        to_do = "A deployment is under way: run doctor again when it has ended." if busy else _again(stack)
        yield Finding("warning" if busy else "wrong", what, to_do)


def _functions(there: dict[str, str]) -> list[str]:
    """The logical IDs of the template's functions, without optional ones that this stack does not have."""
    every = {name: made for name, made in raw(TEMPLATE)["Resources"].items() if made["Type"] == _FUNCTION}
    return [name for name, made in every.items() if name in there or "Condition" not in made]


def _release(function: str) -> str:
    found = boto3.client("lambda").get_function_configuration(FunctionName=function, Qualifier=_ALIAS)
    environment = found.get("Environment", {})
    if "Error" in environment:
        raise KeyError(environment["Error"].get("Message", "its environment cannot be decrypted"))
    return str(environment.get("Variables", {}).get("RELEASE", ""))


def _again(stack: Stack) -> str:
    return f"Deploy again: make deploy STACK={stack.stack}"

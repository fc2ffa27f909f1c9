"""`replay`: sends events of the archive to the event bus once more."""

import json
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

import boto3
import typer

from cli import times
from cli.stack import Stack, StackError
from cli.terminal import result, say
from forward import flow
from regain.adapters.store import batched

_AT_ONCE = 500


def replay(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", help=f"From this time on, in UTC: {times.UNDERSTOOD}.")],
    end: Annotated[
        str, typer.Option("--to", help="Before this time, written in the same way. Without it: now.")
    ] = "now",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count them, and send nothing.")] = False,
) -> None:
    """Sends the archive's events to the event bus again, with the same uid, so that receivers drop what they have."""
    try:
        since, until = times.parse(start, time.time()), times.parse(end, time.time())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if since >= until:
        raise typer.BadParameter(f"--from ({since[:16]}) is not before --to ({until[:16]}).")
    stack: Stack = context.obj
    stack.services()
    if not os.environ.get("EVENT_BUS"):
        raise StackError("This stack has no event bus. Deploy it with EventBusArn, or try it: make serve EVENTS=1")
    number = 0
    for part in batched(archived(os.environ["ARCHIVE_BUCKET"], since, until), _AT_ONCE):
        if not dry_run:
            flow.forward(part)
        number += len(part)
    say(f"{number} events {'would be sent' if dry_run else 'sent'} again, from {since[:16]} to {until[:16]}.")
    result(events=number, dry_run=dry_run, start=since, end=until)


def archived(bucket: str, since: str, until: str) -> Iterator[dict[str, Any]]:
    """The archive's events between two times (ISO 8601), day by day. One that was archived twice comes twice."""
    client = boto3.client("s3")
    for day in _days(since[:10], until[:10]):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"events/{day}/"):
            for each in page.get("Contents", ()):
                yield from _events(client, bucket, each["Key"], since, until)


def _events(client: Any, bucket: str, key: str, since: str, until: str) -> Iterator[dict[str, Any]]:
    body = client.get_object(Bucket=bucket, Key=key)["Body"].read()

    for line in body.decode().splitlines():
        event = json.loads(line)
        if since <= event["at"] < until:
            yield event


def _days(first: str, last: str) -> Iterator[str]:
    """Each day (ISO 8601), and the one before: an object is named after the first of its events."""
    day, end = date.fromisoformat(first) - timedelta(days=1), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()
        day += timedelta(days=1)

"""Puts audit events on the organisation's EventBridge bus, in OCSF, at least once: receivers deduplicate by `uid`."""

import functools
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from regain.adapters import aws
from regain.domain.languages import SOURCE_LANGUAGE
from regain.organisation.language import Language
from regain.organisation.settings import current
from regain.reports.ocsf import to_ocsf

PER_CALL = 10
"""The most entries that one PutEvents call may have."""
SOURCE = "regain"


class NotTaken(Exception):
    """EventBridge did not accept an event. Holds its error code; `index` is the position of the first one."""

    def __init__(self, code: str, index: int) -> None:
        super().__init__(code)
        self.index = index


def forward(events: Sequence[Mapping[str, Any]]) -> None:
    """Puts events on the bus, in order.

    Raises:
        NotTaken: an event was not accepted. All before it were; some after it may have been.
        ClientError, BotoCoreError: a call failed. Some of its events may have been accepted.
    """
    client, bus = aws.client("events"), os.environ["EVENT_BUS"]
    for start in range(0, len(events), PER_CALL):
        part = events[start : start + PER_CALL]
        answer = client.put_events(Entries=[entry(event, bus) for event in part])
        if answer.get("FailedEntryCount"):
            failed = [(place, each["ErrorCode"]) for place, each in enumerate(answer["Entries"]) if "ErrorCode" in each]
            place, code = failed[0]
            raise NotTaken(code, start + place)


def entry(event: Mapping[str, Any], bus: str) -> dict[str, Any]:
    """An event as an entry of PutEvents."""
    said = to_ocsf(event, _english())
    detail = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return {"EventBusName": bus, "Source": SOURCE, "DetailType": said["class_name"], "Detail": detail}


@functools.cache
def _english() -> Language:
    return Language(SOURCE_LANGUAGE, current())

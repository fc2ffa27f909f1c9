"""Exports of events as CSV (safe from formula injection) and JSON Lines (B18)."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from regain.api.contract import Attachment
from regain.domain import events
from regain.organisation.language import Language
from regain.reports.spreadsheet import escape_formula

_COLUMNS = ("at", "kind", "user_id", "reference", "text", "method", "channel", "reason", "by")


def export(
    file_format: str, exported: Iterable[Mapping[str, Any]], user_ids: Mapping[str, str], language: Language
) -> Attachment:
    """Events as a `csv` or `jsonl` file. `user_ids` are those of the subjects that may be shown."""
    rows = [
        {
            **{name: event.get(name, "") for name in _COLUMNS},
            "at": event["at"].partition("#")[0],
            "text": language.translate(events.describe(event)),
            "user_id": user_ids.get(event["subject"], ""),
        }
        for event in exported
    ]
    if file_format == "jsonl":
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return Attachment(text, "application/jsonl", "events.jsonl")
    file = io.StringIO()
    writer = csv.DictWriter(file, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: escape_formula(value) for name, value in row.items()} for row in rows)
    return Attachment(file.getvalue(), "text/csv; charset=utf-8", "events.csv")

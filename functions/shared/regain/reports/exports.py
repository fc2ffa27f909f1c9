"""Events as files: CSV that no spreadsheet runs as a formula, and JSON lines (B18)."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from regain.api.contract import Document
from regain.domain import events
from regain.organisation.language import Language
from regain.reports.spreadsheet import escape_formula

_COLUMNS = ("at", "kind", "user_id", "reference", "text", "method", "channel", "reason", "by")


def export(form: str, found: Iterable[Mapping[str, Any]], who: Mapping[str, str], language: Language) -> Document:
    """Events as a `csv` or `jsonl` file. `who` are the user IDs behind subjects, as far as they may be shown."""
    rows = [
        {
            **{name: event.get(name, "") for name in _COLUMNS},
            "at": event["at"].partition("#")[0],
            "text": language.translate(events.describe(event)),
            "user_id": who.get(event["subject"], ""),
        }
        for event in found
    ]
    if form == "jsonl":
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return Document(text, "application/jsonl", "events.jsonl")
    file = io.StringIO()
    writer = csv.DictWriter(file, _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: escape_formula(value) for name, value in row.items()} for row in rows)
    return Document(file.getvalue(), "text/csv; charset=utf-8", "events.csv")

"""Exports of events (B18) and of the usage report (B17): CSV that is safe in spreadsheets, and JSON Lines."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from regain.api.contract import Attachment, DayCount, DomainCount, UsageReport
from regain.domain import events
from regain.organisation.language import Language
from regain.reports.spreadsheet import escape_cell

_COLUMNS = ("at", "kind", "user_id", "reference", "text", "method", "channel", "reason", "by")
_ENDS = ("started", "finished", "refused", "given_up")


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
    return _csv("events.csv", _COLUMNS, rows)


def export_usage(report: UsageReport, language: Language) -> Attachment:
    """The counts of a report as one table: a row for each day, domain and method."""
    rows: list[dict[str, Any]] = []
    for part, days in (("resets", report.resets), ("unlocks", report.unlocks)):
        rows += [{"part": part, "name": each.day, **_ends(each)} for each in days]
    for domain in report.domains:
        known = {"part": "domains", "name": domain.domain, "directory": domain.directory, "policy": domain.policy}
        rows.append(known | _ends(domain))
    for method in report.methods:
        known = {"part": "methods", "name": language.translate(method.label)}
        rows.append(known | {"passed": method.passed, "failed": method.failed})
    name = f"usage-{report.resets[0].day}-{report.resets[-1].day}.csv"
    return _csv(name, ("part", "name", "directory", "policy", *_ENDS, "passed", "failed"), rows)


def _ends(counted: DayCount | DomainCount) -> dict[str, int]:
    return {name: getattr(counted, name) for name in _ENDS}


def _csv(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Attachment:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({column: escape_cell(value) for column, value in row.items()} for row in rows)
    return Attachment(file.getvalue(), "text/csv; charset=utf-8", name)

"""The table of specimens and what is read from them: printed by `python -m tests.people.test_table_of_specimens`, kept in
the specimens' README, and held (B25, B31).
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.people.specimen_files import SHAPES, SPECIMENS, parse, specimen, written
from tests.people.test_formats import BROKEN

README = SPECIMENS / "README.md"
HEADING = "## What is read\n"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}


def table(folder: Path) -> str:
    """A row for each specimen: in which forms it is read, whom it holds, and why its broken form is refused."""
    rows = [
        "| file | encodings | separators | people (turned off) | skipped | broken form: line, cause |",
        "|---|---|---|---|---|---|",
    ]
    for name, (_, encodings, separators, _, _) in SHAPES.items():
        results = set()
        for encoding in encodings:
            for separator in separators or ("",):
                found = parse(folder, written(specimen(name), encoding, separator))
                off = sum(not person.account.enabled for person in found.people)
                skipped = Counter(each.reason for each in found.skipped)
                results.add(
                    (f"{len(found.people)} ({off})", "; ".join(f"{n} {why}" for why, n in skipped.items()) or "–")
                )
        ((people, skipped_rows),) = results  # the same in every form
        _, _, line, cause = BROKEN[name]
        forms = ", ".join(_NAMES[each] for each in separators) or "–"
        rows.append(
            f"| `{name}` | {', '.join(encodings)} | {forms} | {people} | {skipped_rows} | {line}, {cause.replace('|', '/')} … |"
        )
    return "\n".join(rows) + "\n"


def test_every_specimen_gives_the_same_in_every_form_as_the_table_says_b31(tmp_path):
    _, _, kept = README.read_text().partition(HEADING)
    assert kept.strip() == table(tmp_path).strip()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = table(Path(folder))
    sys.stdout.write(made)
    if "--write" in sys.argv:
        before, _, _ = README.read_text().partition(HEADING)
        README.write_text(f"{before.rstrip()}\n\n{HEADING}\n{made}")

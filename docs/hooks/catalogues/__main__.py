"""`python -m hooks.catalogues update|check|compile`: see `--help`."""

import argparse
import sys

from babel.messages.catalog import Catalog

from hooks.catalogues import files
from hooks.catalogues.check import faults
from hooks.catalogues.extract import extract_template


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hooks.catalogues", description=__doc__)
    parser.add_argument("what", choices=["update", "check", "compile"])
    parser.add_argument("--complete", action="store_true", help="a missing translation is a fault")
    parser.add_argument("languages", nargs="*", help="their tags; all of them where none is named")
    asked = parser.parse_args()
    tags = tuple(asked.languages) or files.languages()
    if asked.what == "compile":
        files.compile_stale(tags)
        return 0
    texts = extract_template()
    if asked.what == "update":
        for tag in tags:
            files.update(tag, texts)
    return _report(tags, texts, asked.complete)


def _report(tags: tuple[str, ...], texts: Catalog, complete: bool) -> int:
    wrong = missing = 0
    for tag in tags:
        found = list(faults(texts, files.read(tag)))
        missing += sum(fault.missing for fault in found)
        wrong += sum(complete or not fault.missing for fault in found)
        for fault in found[:200]:
            print(f"{tag}: {fault}")
    print(f"{len([each for each in texts if each.id])} texts, {len(tags)} languages, {missing} missing, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m hooks.catalogues update|check|compile`: see `--help`."""

import argparse
import sys

from hooks.catalogues import files
from hooks.catalogues.check import faults
from hooks.catalogues.collect import template


def main() -> int:
    """Answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hooks.catalogues", description=__doc__)
    parser.add_argument("what", choices=["update", "check", "compile"])
    parser.add_argument("languages", nargs="*", help="their tags; all of them where none is named")
    asked = parser.parse_args()
    tags = tuple(asked.languages) or files.languages()
    if asked.what == "compile":
        files.compile_stale(tags)
        return 0
    texts = template()
    if asked.what == "update":
        for tag in tags:
            files.update(tag, texts)
    return _report(tags, texts)


def _report(tags: tuple[str, ...], texts) -> int:
    wrong = 0
    for tag in tags:
        found = list(faults(texts, files.read(tag)))
        wrong += len(found)
        for fault in found[:200]:
            print(f"{tag}: {fault}")
    print(f"{len([each for each in texts if each.id])} texts, {len(tags)} languages, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The id of a release: a hash of what was built and of the parameters' values. `make release-id STACK=NAME` prints it.

The template's parameter `Release` takes it, and the version of every function depends on that parameter: a change of
the layer, of the organisation or of a parameter reaches the alias that answers, for all functions in one update.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli import samconfig
from cli.samconfig import SamconfigError
from local.template import raw

ROOT = Path(__file__).parents[2]
BUILD = ROOT / ".aws-sam" / "build"
DIGEST = "contents.sha256"
"""Where `pack.py` leaves the layer's digest, taken before it compiles: byte code may differ by the interpreter."""
_LAYER, _FUNCTION = "AWS::Serverless::LayerVersion", "AWS::Serverless::Function"


class ReleaseError(Exception):
    """There is no build, or the parameters cannot be read. Says what to do."""


def release_id(template: Path, build: Path, kept: Path) -> str:
    """64 hexadecimal digits: the same on every machine and at any time for the same build and parameters.

    Raises:
        ReleaseError: nothing was built, or the parameters are not those of the template.
    """
    unresolved = raw(template)
    kinds = {name: made["Type"] for name, made in unresolved["Resources"].items()}
    built = {
        name: _layer(build / name) if kind == _LAYER else digest(build / name)
        for name, kind in kinds.items()
        if kind in (_LAYER, _FUNCTION)
    }
    defined = {name: unresolved["Resources"][name] for name in built}
    release = {
        "built": built,
        "defined": [unresolved.get("Globals", {}), defined],
        "parameters": parameters(unresolved, kept),
    }
    return hashlib.sha256(json.dumps(release, sort_keys=True).encode()).hexdigest()


def digest(folder: Path) -> str:
    """A hash of the names and contents of a folder's files. Times and modes do not count.

    Raises:
        ReleaseError: the folder is not there.
    """
    if not folder.is_dir():
        raise ReleaseError(f"{folder} is not there: build first (`make build`).")
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()
        found.update(f"{name}\0{content}\n".encode())
    return found.hexdigest()


def _layer(folder: Path) -> str:
    noted = folder / "python" / "regain" / DIGEST
    if not noted.exists():
        raise ReleaseError(f"{noted} is not there: build first (`make build`).")
    return noted.read_text()


def parameters(unresolved: Mapping[str, Any], kept: Path) -> dict[str, str]:
    """The value of each parameter but `Release`: the template's default, or what the samconfig file sets.

    Raises:
        ReleaseError: the file cannot be read, or sets a parameter that the template does not have.
    """
    values = {name: str(made.get("Default", "")) for name, made in unresolved.get("Parameters", {}).items()}
    try:
        settings = samconfig.read(kept)
    except SamconfigError as error:
        raise ReleaseError(str(error)) from None
    overrides = settings.parameters if settings else {}
    if unknown := sorted(overrides.keys() - values.keys()):
        raise ReleaseError(f"{kept.name} sets {', '.join(unknown)}: template.yaml has no such parameter. Take it out.")
    return {name: value for name, value in {**values, **overrides}.items() if name != "Release"}


def main() -> int:
    """Prints the id. Answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m release_id", description=__doc__)
    parser.add_argument("--stack", required=True, help="whose samconfig.NAME.toml has the parameters")
    parser.add_argument("--build", type=Path, default=BUILD, help="what `sam build` made")
    asked = parser.parse_args()
    try:
        made = release_id(ROOT / "template.yaml", asked.build, samconfig.path_of(asked.stack))
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{made}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`samconfig.NAME.toml`: where a stack is and which values its parameters have. `./regain setup` writes it."""

import os
import shlex
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class SamconfigError(Exception):
    """The file cannot be read; the message says where, and what to do."""


@dataclass(frozen=True)
class Samconfig:
    """The settings of one stack: its region, and its parameters' values by name."""

    region: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def path_of(stack: str) -> Path:
    """The path of a stack's settings, in the current folder."""
    return Path(f"samconfig.{stack}.toml")


def read(path: Path) -> Samconfig | None:
    """The settings in a file, in any of the shapes that SAM takes; None where there is no file.

    Raises:
        SamconfigError: it is not TOML, or holds something else than `Name=value`.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SamconfigError(f"{path} cannot be read: {error}") from None
    environment = content.get("default", {})
    sections = [environment.get(command, {}).get("parameters", {}) for command in ("global", "deploy")]
    merged = {key: value for section in sections for key, value in section.items()}
    return Samconfig(str(merged.get("region", "")), dict(_overrides(merged.get("parameter_overrides", ""), path)))


def _overrides(given: Any, path: Path) -> Iterator[tuple[str, str]]:
    """SAM takes one text, a list of texts, or a table."""
    if isinstance(given, Mapping):
        yield from ((name, str(value)) for name, value in given.items())
        return
    text = given if isinstance(given, str) else " ".join(map(str, given))
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise SamconfigError(f"{path}: parameter_overrides cannot be read ({error}).") from None
    for word in words:
        name, equals, value = word.removeprefix("ParameterKey=").replace(",ParameterValue=", "=", 1).partition("=")
        if not equals:
            raise SamconfigError(f"{path}: parameter_overrides holds `{word}`, which is not Name=value.")
        yield name, value


def overrides(parameters: Mapping[str, str]) -> list[str]:
    """The values as SAM's `--parameter-overrides` takes them. Empty ones too: what is left out keeps its old value."""
    return [f'{name}="{value}"' for name, value in parameters.items()]


def write(path: Path, stack: str, settings: Samconfig) -> None:
    """Writes the file whole or not at all: a half-written one would count as an answer to every question."""
    values = "".join(f"    {each} \\\n" for each in overrides(settings.parameters))
    text = f'''# What `make deploy STACK={stack}` deploys, and where. Keep this file with organisation.yaml.
# SenderDomain, Languages, EmbedFrom, UserPoolArns and ManagedDirectoryArns follow organisation.yaml.
# After a change there: ./regain setup --stack {stack}
version = 0.1

[default.deploy.parameters]
stack_name = "{stack}"
region = "{settings.region}"
capabilities = "CAPABILITY_IAM"
resolve_s3 = true
confirm_changeset = false
fail_on_empty_changeset = false
parameter_overrides = """\\
{values}    """
'''
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", text=True)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

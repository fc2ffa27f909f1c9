"""Mistakes in files that people write: where, what is wrong, and what would be right."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileError:
    """One mistake. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}" + (f"\n    {self.hint}" if self.hint else "")


class InvalidFile(Exception):
    """All the errors in a file. Nothing in the file has been used."""

    def __init__(self, errors: list[FileError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors

"""The memory of a stack's processes, by kind (Linux's `/proc`)."""

from pathlib import Path

_PAGE = 4_096


def by_kind(stack: int) -> dict[str, float]:
    """MB of the largest process of each kind: `gateway` (the process of this id), `engine`, and each function."""
    found: dict[str, float] = {}
    for process in (stack, *_children(stack)):
        kind, size = _kind(process), _size(process)
        found[kind] = max(found.get(kind, 0), size)
    return found


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(after_name[1]) == parent:
            found.append(int(status.parent.name))
    return found


def _kind(process: int) -> str:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return "ended"
    if "local.sandbox" in words:
        return words[words.index("local.sandbox") + 2]
    return "engine" if any("ministack" in word for word in words) else "gateway"


def _size(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE / 1e6
    except OSError:
        return 0

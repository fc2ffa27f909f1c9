"""The memory of a stack's processes, by kind (Linux's `/proc`)."""

from pathlib import Path

_PAGE = 4_096


def by_kind(stack: int) -> dict[str, float]:
    """MB of the largest process of each kind: `gateway` (the process of this id), `engine`, and each function."""
    found: dict[str, float] = {}
    for process in (stack, *descendants(stack)):
        kind, size = kind_of(process), _size(process)
        found[kind] = max(found.get(kind, 0), size)
    return found


def descendants(parent: int) -> list[int]:
    """The ids of all processes that descend from one."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(after_name[1]) == parent:
            child = int(status.parent.name)
            found += [child, *descendants(child)]
    return found


def kind_of(process: int) -> str:
    """`gateway`, `engine`, or a function's name."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return "ended"
    if "local.zygote" in words:
        return Path(f"/proc/{process}/comm").read_text().strip()  # a sandbox has its function's name
    return "engine" if any("ministack" in word for word in words) else "gateway"


def _size(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE / 1e6
    except OSError:
        return 0

"""What `make serve` says when it is ready."""

import argparse

from local.event_bus import FILE
from regain.people.rows import Person

_SHOWN = 8  # people, those with a role first


def greeting(arguments: argparse.Namespace, persons: list[Person], of_directory: tuple[str, ...]) -> str:
    """Where everything is, and the first people with their passwords."""
    origin = f"http://localhost:{arguments.port}"  # a name, because passkeys need one
    lines = [
        f"site     {origin}/",
        f"reset    {origin}/reset/",
        f"admin    {origin}/admin/   (for people with a role)",
        f"outbox   {origin}/local/outbox   (every message it would have sent)",
    ]
    shown = sorted((p for p in persons if p.password), key=lambda person: not person.account.role)[:_SHOWN]
    if shown:
        lines += [f"people   {'user ID':32} {'password':24} role"]
        lines += [f"         {p.account.user_id:32} {p.password:24} {p.account.role}".rstrip() for p in shown]
    lines += [
        *of_directory,
        *([f"events   {arguments.state}/{FILE}   (every audit event, in OCSF)"] if arguments.events else []),
        f"logs     {arguments.state}/log/",
        "stop     Ctrl-C; what has happened is kept, `make clean` forgets it",
        "ready",
    ]
    return "\n".join(lines)

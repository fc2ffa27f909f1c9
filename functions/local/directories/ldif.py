"""LDIF (RFC 2849), and putting it into a directory that runs on this machine."""

import base64
import os
import subprocess
from collections.abc import Iterable, Mapping

from local.directories.running import Running, program

Values = str | bytes | Iterable[str | bytes]


def record(dn: str, attributes: Mapping[str, Values], operation: str = "") -> str:
    """A record that adds an entry; with an `operation`, the values of its lines as they stand in `attributes`."""
    lines = [_line("dn", dn), *([f"changetype: {operation}"] if operation else [])]
    for name, values in attributes.items():
        lines += [_line(name, value) for value in ([values] if isinstance(values, str | bytes) else values)]
    return "\n".join(lines) + "\n"


def replacement(dn: str, attribute: str, values: Values = (), how: str = "replace") -> str:
    """A record that replaces the values of an attribute, or does something else (`how`) with them."""
    lines = [_line("dn", dn), "changetype: modify", f"{how}: {attribute}"]
    lines += [_line(attribute, value) for value in ([values] if isinstance(values, str | bytes) else values)]
    return "\n".join([*lines, "-"]) + "\n"


def apply(running: Running, records: Iterable[str], relax: bool = False) -> None:
    """Applies records with the manager's rights, by OpenLDAP's own tool: a second opinion on what ours does."""
    _tool("ldapmodify", running, "-a", *(["-e", "relax"] if relax else []), said="\n".join(records))


def names(running: Running) -> frozenset[str]:
    """The distinguished names of everything below the base, case-folded."""
    found = _tool("ldapsearch", running, "-LLL", "-o", "ldif-wrap=no", "-b", running.base, "1.1")
    plain = [line.removeprefix("dn: ") for line in found.splitlines() if line.startswith("dn: ")]
    coded = [line.removeprefix("dn:: ") for line in found.splitlines() if line.startswith("dn:: ")]
    return frozenset(each.casefold() for each in (*plain, *(base64.b64decode(each).decode() for each in coded)))


def _tool(name: str, running: Running, *arguments: str, said: str = "") -> str:
    command = [
        program(name), "-x", "-H", running.url, "-D", running.manager, "-w", running.manager_password, *arguments,
    ]  # fmt: skip
    environment = {**os.environ, "LDAPTLS_CACERT": str(running.certificate.ca_file)}
    done = subprocess.run(command, input=said.encode(), capture_output=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.decode(errors='replace')[-1_000:]}")
    return done.stdout.decode()


def _line(name: str, value: str | bytes) -> str:
    octets = value.encode() if isinstance(value, str) else value
    plain = octets.isascii() and octets.decode().isprintable() and not octets.startswith((b" ", b":", b"<"))
    if plain and not octets.endswith(b" "):
        return f"{name}: {octets.decode()}"
    return f"{name}:: {base64.b64encode(octets).decode()}"


def escaped(value: str) -> str:
    """The value of a relative distinguished name, with what RFC 4514 gives a meaning escaped."""
    text = "".join(f"\\{letter}" if letter in ',+"\\<>;=' else letter for letter in value)
    return f"\\{text}" if text.startswith(("#", " ")) else text

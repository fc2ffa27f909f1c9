"""`make bench`: measures, prints one table, and writes `.state/bench.json`. With PEERS=1 also what Django takes (B42)."""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from local.engine import Engine
from local.template import Template
from regain.adapters.store import marshal
from tests.bench.deployment import deployment

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "functions" / "shared"))
from pack import interpreter  # noqa: E402 - the build's own way to find the runtime's Python

RESULT = ROOT / ".state" / "bench.json"
TARGETS = {"cold": 1.2, "reset": 1.18, "layer": 10.5, "django": 0.95}


def main() -> None:
    """Measures everything against one embedded engine."""
    with tempfile.TemporaryDirectory() as folder, deployment(Path(folder)) as (engine, template):
        found = _measure(engine, template, Path(folder))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=2) + "\n")
    Console(width=150).print(*_tables(found), f"written to {RESULT.relative_to(ROOT)}", sep="\n")


def _measure(engine: Engine, template: Template, folder: Path) -> dict[str, Any]:
    from tests.bench import cold, cost, peers, warm

    version = "3.13" if interpreter("3.13") else "{}.{}".format(*sys.version_info)
    python = interpreter(version)
    built = cold.build(folder, python, version)
    own = {f.handler.partition(".")[0]: {**f.environment, **engine.environment} for f in template.functions}
    first = _first_requests()
    table = {"TableName": template.variables["ACCOUNT_TABLE"], "key": "id"}
    with contextlib.redirect_stdout(io.StringIO()):  # what the functions say
        warmed = warm.measure()
        beside = peers.measure() if "--peers" in sys.argv else None
    return {
        **({"peers": beside} if beside else {}),
        "python": version,
        "cold": cold.measure(built, python, table, {name: (own[name], first[name]()) for name in own}),
        "warm": warmed,
        "packages": cold.packages(built),
        "dollars_per_million_resets": cost.per_million(warmed),
    }


def _first_requests() -> dict[str, Any]:
    """What each function is asked first: something that draws its keys and touches its tables, where it has any."""
    from tests.functions.conftest import World

    world = World()

    def http(method: str, path: str, body: Any = None) -> dict[str, Any]:
        where = {"method": method, "path": path, "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1", "userAgent": ""}
        return {
            "version": "2.0", "routeKey": f"{method} {path}", "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
            "headers": {"content-type": "application/json"}, "body": json.dumps(body),
            "requestContext": {"http": where, "requestId": "x", "stage": "$default"},
        }  # fmt: skip

    def stream(table: str, **item: Any) -> dict[str, Any]:
        change = {"Keys": marshal({"id": "0" * 36}), "SequenceNumber": "1"}
        change |= {"NewImage": marshal(item)} if item else {}
        return {
            "Records": [{"eventSource": "aws:dynamodb", "eventName": "INSERT", "eventID": table, "dynamodb": change}]
        }

    message = {"id": "x", "kind": "code", "channel": "email", "to": "a@b.example", "subject": "s", "reference": "r"}
    receipt = {
        "eventType": "TEXT_DELIVERED",
        "eventTimestamp": 1,
        "context": {"subject": "s", "reference": "R-0000-0000"},
    }
    help_asked = {"user_id": "maria@contoso.example", "reply_to": "maria@mail.example", "message": "Help"}
    return {
        "service": lambda: http("GET", "/api/challenge"),
        "reset": lambda: http("POST", "/api/reset/start", {"user_id": "maria@contoso.example", "proof": world.proof()}),
        "unlock": lambda: http(
            "POST", "/api/unlock/start", {"user_id": "maria@contoso.example", "proof": world.proof()}
        ),
        "account": lambda: http("GET", "/api/account"),
        "contact": lambda: http("POST", "/api/contact/administrator", {**help_asked, "proof": world.proof()}),
        "admin": lambda: http("GET", "/api/admin"),
        "provisioning": lambda: http("GET", "/scim/v2/ServiceProviderConfig"),
        "notify": lambda: stream("OutboxTable", **message),
        "report": lambda: stream("AccountTable"),
        "receipts": lambda: {"Records": [{"Sns": {"Message": json.dumps(receipt), "MessageId": "1"}}]},
    }


def _tables(found: dict[str, Any]) -> list[Table]:
    peers = [_peers(found["peers"])] if "peers" in found else []
    return [_cold(found), _warm(found["warm"]), *peers, _rest(found)]


def _cold(found: dict[str, Any]) -> Table:
    cold = found["cold"]
    title = (
        f"Cold start in CPU time, over boto3 that reads one item "
        f"({cold['floor_milliseconds']} ms, Python {found['python']}, noise {cold['noise']:.1%})"
    )
    unused = "of directories and providers"
    columns = ("function", "start and first request", "import alone", "memory", "megabytes", unused, "to reach")
    table = Table(*columns, title=title, caption="This organisation has neither a directory nor an identity provider.")
    for name, each in cold["functions"].items():
        most = TARGETS["reset"] if name == "reset" else TARGETS["cold"]
        table.add_row(
            name, f"{each['over_floor']} ×", f"{each['import_over_floor']} ×", f"{each['memory_over_floor']} ×",
            str(each["memory_megabytes"]), ", ".join(each["of_directories"]) or "nothing loaded",
            f"≤ {most} {_met(each['over_floor'] <= most)}",
        )  # fmt: skip
    return table


def _warm(warm: dict[str, Any]) -> Table:
    title = (
        f"Warm requests in CPU time, over one Argon2id hash ({warm['hash_milliseconds']} ms) and as much again of reads "
        f"({warm['floor_milliseconds']} ms together, noise {warm['noise']:.1%})"
    )
    table = Table(
        Column("route", no_wrap=True), "all", "own code", "store calls", "read units", "write units", "bytes",
        title=title,
    )  # fmt: skip
    for name, each in warm["routes"].items():
        figures = (each["operations"], each["read_units"], each["write_units"], each["bytes"])
        table.add_row(name, f"{each['over_floor']} ×", f"{each['own_over_floor']} ×", *map(str, figures))
    return table


def _peers(found: dict[str, Any]) -> Table:
    title = (
        f"A whole reset by e-mail in CPU time of the server, request to sign-in, by turns (noise {found['noise']:.1%})"
    )
    table = Table("what", "two hashes of Argon2id", "all besides", "to reach", title=title)
    django, ours = found["django"], found["ours"]
    ratio, most = found["ours_over_django"], TARGETS["django"]
    name = f"Django {django['version']} with SQLite in memory"
    table.add_row(name, f"{django['hashes']} ms", f"{django['besides']} ms", "")
    table.add_row("the functions", f"{ours['hashes']} ms", f"{ours['besides']} ms", "")
    table.add_row("the functions, over it, at an equal hash", f"{ratio} ×", "", f"≤ {most} {_met(ratio <= most)}")
    return table


def _rest(found: dict[str, Any]) -> Table:
    table = Table("what", "how much", "to reach", title="And")
    reset = found["warm"]["reset"]
    for part in ("all", "hash", "botocore", "own"):
        what = f"a whole reset by e-mail, start to sign-in: {part}"
        table.add_row(what, f"{reset[part]} ×", f"{reset['milliseconds']} ms" if part == "all" else "")
    packages = found["packages"]
    size = packages["layer_zipped_megabytes"]
    table.add_row("layer, zipped", f"{size} MB", f"≤ {TARGETS['layer']:g} MB {_met(size <= TARGETS['layer'])}")
    table.add_row("layer, unpacked", f"{packages['layer_megabytes']} MB", "")
    table.add_row("largest function", f"{packages['largest_function_kilobytes']} kB", "")
    for part, dollars in found["dollars_per_million_resets"].items():
        table.add_row(f"a million completed resets: {part}", f"{dollars:.2f} USD", "")
    return table


def _met(holds: bool) -> str:
    return "yes" if holds else "NO"


if __name__ == "__main__":
    main()

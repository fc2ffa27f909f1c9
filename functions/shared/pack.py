"""Makes the layer small and quick to start: `python pack.py TARGET VERSION`, which the Makefile runs last.

It leaves out what no function loads, keeps of botocore the services that functions call, puts the organisation in as
JSON, and compiles what a cold start loads if there is an interpreter of the runtime's version, because Lambda cannot
write byte code. `tests/build` runs every handler, and imports every module, from what is left.
"""

import ast
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

import msgspec
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from pack_languages import keep_languages
from regain.organisation.file import read
from regain.organisation.settings import Organisation
from release_id import DIGEST, digest

ROOT = Path(__file__).parents[2]
OPERATIONS = {
    "dynamodb": {"BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"},
    "dynamodbstreams": {"GetRecords", "GetShardIterator"},
    "events": {"PutEvents"},
    "kms": {"GenerateMac", "Sign"},
    "lambda": {"Invoke"},
    "pinpoint-sms-voice-v2": {"SendTextMessage", "SendVoiceMessage"},
    "s3": {"GetObject", "PutObject"},
    "secretsmanager": {"GetSecretValue"},
    "sesv2": {"SendEmail"},
}
"""The operations that functions call: a twentieth of the models that clients read at every start."""
OF_DIRECTORIES = {
    "aws-managed": {"ds": {"ResetUserPassword"}, "ds-data": {"DescribeUser"}},
    "cognito": {
        "cognito-idp": {
            "AdminGetUser", "AdminInitiateAuth", "AdminRespondToAuthChallenge", "AdminSetUserPassword",
            "AdminUserGlobalSignOut", "ChangePassword",
        },
    },
    "entra": {"sts": {"GetWebIdentityToken"}},
}  # fmt: skip
"""Those that only organisations with a directory of this kind need."""
MODULES = {
    "active-directory": "remote.py", "openldap": "remote.py", "aws-managed": "aws_managed.py", "cognito": "cognito.py",
    "entra": "entra",
}  # fmt: skip
"""What asks a directory of each kind."""
UNUSED = (
    "aws_lambda_powertools/metrics",  # counts are written without it (`regain.api.metrics`)
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/parser",
    "aws_lambda_powertools/utilities/streaming",
    "babel/messages",
    "bin",
    "boto3",  # clients are made with botocore
    *(
        f"botocore/docs/{name}"  # all but what clients and handlers import
        for name in (
            "bcdoc",
            "client.py",
            "example.py",
            "method.py",
            "paginator.py",
            "params.py",
            "service.py",
            "shape.py",
            "sharedexample.py",
            "translator.py",
            "waiter.py",
        )
    ),
    "cffi",  # argon2 needs its backend only
    "dateutil/easter.py",
    "dateutil/rrule.py",  # botocore reads and compares times, and repeats none
    "dateutil/zoneinfo",  # the runtime has the time zones
    "dns",  # addresses are not looked up
    "pycparser",
    "regain/directories/aws_managed_check.py",
    "regain/directories/cognito_check.py",
    "regain/directories/ldap",  # in the package of the one function that reaches a directory
    "regain/directories/trial.py",
    "regain/organisation/certificate_files.py",
    "regain/organisation/checks.py",
    "regain/organisation/directory_checks.py",
    "regain/organisation/file.py",
    "regain/organisation/ldap_checks.py",
    "regain/organisation/oidc_checks.py",
    "regain/organisation/policy_checks.py",
    "regain/organisation/schema.py",
    "regain/organisation/yaml_file.py",
    "regain/people/changes.py",
    "regain/people/formats",
    "regain/people/importing.py",
    "regain/people/matching.py",
    "regain/people/missing.py",
    "regain/people/rows.py",
    "s3transfer",
    "share",  # manuals
    "segno/cli.py",
    "urllib3/contrib/emscripten",
    "urllib3/contrib/socks.py",
    "urllib3/http2/connection.py",  # AWS is asked in HTTP/1.1
    "urllib3/contrib/pyopenssl.py",  # botocore would load all of OpenSSL with it, and Python has TLS
)
_METRICS = "from aws_lambda_powertools.metrics import Metrics, single_metric\n"
KEPT = {
    "aws_lambda_powertools/event_handler": {
        "api_gateway", "content_types", "depends", "exception_handling", "exceptions", "openapi", "request", "util",
    },
    "aws_lambda_powertools/event_handler/openapi": {"config", "constants", "exceptions", "types"},
    "aws_lambda_powertools/utilities/data_classes": {
        "alb_event", "api_gateway_proxy_event", "bedrock_agent_event", "cloud_watch_logs_event", "common",
        "dynamo_db_stream_event", "event_bridge_event", "kafka_event", "kinesis_stream_event",
        "lambda_function_url_event", "s3_event", "shared_functions", "sns_event", "sqs_event", "vpc_lattice",
    },
}  # fmt: skip
"""What the resolver for HTTP APIs and the batch processor load of packages of which a function needs a small part."""
LAZY = '''"""Finds what a package offers when it is asked for; Powertools' own file loads all of it at every start."""

import importlib

_HOMES = {homes!r}


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(importlib.import_module(_HOMES[name]), name)
'''
NO_DOCSTRINGS = '''"""In the place of the texts that botocore writes into its methods: nobody reads them here."""


class _Empty(str):
    def __new__(cls, **_):
        return super().__new__(cls)


ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = _Empty
'''
RUN_FROM = "/opt/python"
"""Where Lambda mounts the layer: what byte code says of its source in a traceback."""
RARE = ("OpenSSL", "cryptography", "jwt", "pyasn1", "pyasn1_modules", "segno", "webauthn")
"""Libraries that passkeys, apps or a sign-in by a provider load, and no start: kept as source, for the layer's size."""


def pack(target: Path, version: str) -> None:
    """Packs what is in `target` for the Python of this version."""
    leave_out(target)
    for name, modules in KEPT.items():
        keep_modules(target, name, modules)
    organisation = read(ROOT / os.environ.get("ORGANISATION", "organisation.yaml"))
    keep_services(target / "botocore" / "data", called_by(organisation))
    keep_directories(target, kinds(organisation))
    (target / "botocore" / "docs" / "__init__.py").write_text("")
    (target / "botocore" / "docs" / "docstring.py").write_text(NO_DOCSTRINGS)
    lists = {"passwords": FREQUENCY_LISTS["passwords"]}  # of names and words it has lists that nobody asks for
    (target / "zxcvbn" / "frequency_lists.py").write_text(f"FREQUENCY_LISTS = {lists!r}\n")
    (target / "regain" / "organisation.json").write_bytes(msgspec.json.encode(organisation))
    keep_languages(target, organisation.organisation.languages)
    (target / "regain" / DIGEST).write_text(digest(target))
    compile_in(target, version)
    for path in [target, *target.rglob("*")]:  # whatever the umask: Lambda runs as somebody else
        path.chmod(0o755 if path.is_dir() or path.suffix == ".so" else 0o644)


def kinds(organisation: Organisation) -> set[str]:
    """The kinds of directory that an organisation's domains have."""
    return {domain.kind for domain in organisation.domains.values()}


def keep_directories(target: Path, present: set[str]) -> None:
    """Keeps what asks directories of the kinds that are present."""
    for name in set(MODULES.values()) - {MODULES.get(kind) for kind in present}:
        path = target / "regain" / "directories" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def called_by(organisation: Organisation) -> dict[str, set[str]]:
    """The operations of each service that functions call in an organisation."""
    extra = [services for kind, services in OF_DIRECTORIES.items() if kind in kinds(organisation)]
    return {name: operations for services in (OPERATIONS, *extra) for name, operations in services.items()}


def keep_services(data: Path, called: dict[str, set[str]]) -> None:
    """Keeps of botocore's data what these services and operations need."""
    for folder in data.iterdir():
        if folder.name in called:
            trim(folder, called[folder.name])
        elif folder.is_dir():
            shutil.rmtree(folder)
    trim_endpoints(data / "endpoints.json", called.keys())


def leave_out(target: Path) -> None:
    """Deletes what no function loads."""
    for name in UNUSED:
        path = target / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    # Numbers of four digits and the like are nobody's telephone.
    for pattern in ("*.dist-info/RECORD", "**/*.pyi", "**/__pycache__", "phonenumbers/shortdata/region_*.py"):
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    powertools = target / "aws_lambda_powertools" / "__init__.py"
    powertools.write_text(powertools.read_text().replace(_METRICS, ""))
    for path in list(target.glob("pyasn1_modules/rfc*.py")):
        if path.stem != "rfc5280":  # certificates: of the others passkeys load none
            path.unlink()
    for path in target.glob("*.dist-info/METADATA"):  # without the package's README
        path.write_text(path.read_text().partition("\n\n")[0] + "\n")


def keep_modules(target: Path, name: str, modules: set[str]) -> None:
    """Keeps these modules of a package, and lets its `__init__` import each when it is asked for."""
    package = target / name
    for path in package.iterdir():
        if path.stem not in {"__init__", *modules}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    homes = {
        alias.name: f"{name.replace('/', '.')}.{node.module}" if node.level else str(node.module)
        for node in ast.parse((package / "__init__.py").read_text()).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    (package / "__init__.py").write_text(LAZY.format(homes=homes))


def trim(folder: Path, operations: set[str]) -> None:
    """Keeps of a service's newest model what these operations need, without its documentation."""
    for older in sorted(folder.iterdir())[:-1]:
        shutil.rmtree(older)
    for path in [*folder.rglob("examples-1.json*"), *folder.rglob("waiters-2.json*")]:
        path.unlink()
    for packed in folder.rglob("service-2.json.gz"):
        model = json.loads(gzip.decompress(packed.read_bytes()))
        model["operations"] = {name: model["operations"][name] for name in sorted(operations)}
        needed: set[str] = set()
        found = shapes_in(model["operations"])
        while found - needed:
            needed |= found
            found = shapes_in([model["shapes"][name] for name in needed])
        model["shapes"] = {name: model["shapes"][name] for name in sorted(needed)}
        packed.unlink()
        packed.with_suffix("").write_text(json.dumps(without_documentation(model), separators=(",", ":")))


def trim_endpoints(path: Path, called: Set[str]) -> None:
    """Keeps the endpoints of the services that are called, in every partition and region."""
    known = json.loads(path.read_text())
    for partition in known["partitions"]:
        there = called & partition["services"].keys()
        partition["services"] = {name: partition["services"][name] for name in sorted(there)}
    path.write_text(json.dumps(known, separators=(",", ":")))


def shapes_in(node: Any) -> set[str]:
    """The names of the shapes that a part of a model refers to."""
    if isinstance(node, list):
        return set().union(*map(shapes_in, node))
    if not isinstance(node, dict):
        return set()
    own = {node["shape"]} if isinstance(node.get("shape"), str) else set()
    return own.union(*map(shapes_in, node.values()))


def without_documentation(node: Any) -> Any:
    """A part of a model without its texts, except where a shape has a member of that name."""
    if isinstance(node, list):
        return [without_documentation(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        name: without_documentation(part)
        for name, part in node.items()
        if not (name == "documentation" and isinstance(part, str))
    }


def compile_in(target: Path, version: str) -> None:
    """Byte code in the place of the source of libraries, and beside our own: a start then compiles nothing.

    The same on every machine (A45): it knows neither the time of its source nor the folder it was made in.
    """
    python = interpreter(version)
    if not python:
        sys.stderr.write(f"There is no python{version} here: without byte code the functions start more slowly.\n")
        return
    compiles = (python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", target, "-p", RUN_FROM)
    for path in sorted(target.iterdir()):
        if path.name == "regain":
            run(*compiles, path)
        elif path.name not in RARE and path.suffix in ("", ".py"):
            run(*compiles, "-b", path)
            for source in [path] if path.is_file() else path.rglob("*.py"):
                source.unlink()


def interpreter(version: str) -> str:
    """A working Python of this version, or None."""
    found = [sys.executable, shutil.which(f"python{version}") or "", *map(str, known(version))]
    wanted = f"import sys; sys.exit('{version}' != '{{}}.{{}}'.format(*sys.version_info))"
    return next((each for each in found if each and run(each, "-c", wanted, check=False)), "")


def known(version: str) -> list[Path]:
    """Interpreters that pyenv has installed."""
    return sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))


def run(*command: str | Path, check: bool = True) -> bool:
    """Whether a command succeeds."""
    return subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    pack(Path(sys.argv[1]), sys.argv[2])

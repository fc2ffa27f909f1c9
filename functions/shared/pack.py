"""Makes the layer small and quick to start: `python pack.py TARGET VERSION`, which the Makefile runs last.

It leaves out what no function loads, keeps of botocore the services that functions call, puts the organisation in as
JSON, and compiles what a cold start loads if there is an interpreter of the runtime's version, because Lambda cannot
write byte code. `tests/build` runs every handler, and imports every module, from what is left.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from regain.organisation_yaml import read

ROOT = Path(__file__).parents[2]
SERVICES = {"dynamodb", "dynamodbstreams", "kms", "pinpoint-sms-voice-v2", "s3", "sesv2"}
UNUSED = (
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/streaming",
    "bin",
    "boto3",  # clients are made with botocore
    "cffi",  # argon2 needs its backend only
    "dateutil/zoneinfo",  # the runtime has the time zones
    "dns",  # addresses are not looked up
    "pycparser",
    "regain/organisation_yaml.py",
    "regain/people.py",
    "s3transfer",
    "urllib3/contrib/pyopenssl.py",  # botocore would load all of OpenSSL with it, and Python has TLS
)
COLD = ("aws_lambda_powertools", "botocore", "jmespath", "msgspec", "urllib3", "zxcvbn")
"""Libraries that every cold start, or the first new password, loads: kept as byte code only, for the layer's size."""


def pack(target: Path, version: str) -> None:
    """Packs what is in `target` for the Python of this version."""
    for name in UNUSED:
        path = target / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for folder in (target / "botocore" / "data").iterdir():
        if folder.is_dir() and folder.name not in SERVICES:
            shutil.rmtree(folder)
    for pattern in ("*.dist-info/RECORD", "**/*.pyi", "**/__pycache__"):
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    lists = {"passwords": FREQUENCY_LISTS["passwords"]}  # of names and words it has lists that nobody asks for
    (target / "zxcvbn" / "frequency_lists.py").write_text(f"FREQUENCY_LISTS = {lists!r}\n")
    packed = msgspec.json.encode(read(ROOT / "organisation.yaml"))
    (target / "regain" / "organisation.json").write_bytes(packed)
    compile_in(target, version)


def compile_in(target: Path, version: str) -> None:
    """Byte code for the cold start, in the place of the source of libraries and beside our own."""
    python = interpreter(version)
    if not python:
        sys.stderr.write(f"There is no python{version} here: without byte code the functions start more slowly.\n")
        return
    for name in COLD:
        run(python, "-m", "compileall", "-q", "-b", str(target / name))
        for source in (target / name).rglob("*.py"):
            source.unlink()
    run(python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(target / "regain"))


def interpreter(version: str) -> str:
    """A Python of this version that runs, or nothing."""
    found = [sys.executable, shutil.which(f"python{version}") or "", *map(str, known(version))]
    wanted = f"import sys; sys.exit('{version}' != '{{}}.{{}}'.format(*sys.version_info))"
    return next((each for each in found if each and run(each, "-c", wanted, check=False)), "")


def known(version: str) -> list[Path]:
    """Where pyenv keeps interpreters that are not on the path."""
    return sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))


def run(*command: str, check: bool = True) -> bool:
    """Whether a command ends well."""
    return subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    pack(Path(sys.argv[1]), sys.argv[2])

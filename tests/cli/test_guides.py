"""Each command of README, CONTRIBUTING and the guides for administrators is run as it is written.

`./regain` is the real one, against a stack that the engine has. Stand-ins take the place of what this machine has not: `make`
says what it would do; `pytest` collects, `python` looks for the module; `aws` judges its arguments by botocore's descriptions; `curl` and `dig` take
anything.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import boto3
import pytest

from cli import first_half_hour
from cli.deep_steps import STEPS
from local.template import raw
from tests.bench import cost
from tests.cli.stand_in_sam import small
from tests.cli.test_setup import CERTIFICATE
from tests.conftest import ROOT
from tests.functions.conftest import default_organisation

__all__ = ["default_organisation"]
REGION = "eu-west-1"
ADMIN = ROOT / "docs" / "admin"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ADMIN.glob("*.md"))]
_PROGRAMS = ("make", "./regain", "aws", "curl", "dig", "python", "pytest")
_IS_THERE = "import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[2]))"
_ASSIGNS = re.compile(r"[A-Z_]+=\$\(")
_PLACES = {
    "ARN": CERTIFICATE, "ACCOUNT": "123456789012", "ADDRESS": "it@contoso.example", "DISTRIBUTION": "E1234567890ABC",
    "KEY": "11111111-2222-3333-4444-555555555555", "NAME": "regain", "NUMBER": "1", "OLD": "old", "QUEUE_ARN": "arn:aws:sqs:x",
    "QUEUE_URL": "https://sqs.example/q", "RESTORED": "restored", "TABLE": "table", "USER": "maria.silva", "FILE": "people.csv",
    "ROLE": "none", "REFERENCE": "R-0000-0000",
}  # fmt: skip
"""What a reader puts in the place of a word in capitals."""
_MAY_SAY_NO = ("doctor", "explain", "policy check", "scim token revoke", "replay", "invite")
"""These end with 1 where something is wrong with the stack, or is not there: it is one of the engine's here."""
_PLAYED_ELSEWHERE = ("doctor --deep", "CertificateArn=")
"""What needs more than stand-ins: `tests/local/test_doctor_deep.py`, and a certificate in `tests/cli/test_deploy.py`."""


def commands(text):
    """The commands of a page: in its blocks of code, fenced or indented, and between backticks in its sentences."""
    fenced = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    blocks = [
        [line.strip() for line in block.replace("\\\n", " ").splitlines()]
        for block in fenced.findall(text) + re.findall(r"(?:^(?: {4,}).+\n?)+", fenced.sub("", text), re.MULTILINE)
    ]
    text = fenced.sub("", text)
    # A line that sets a variable belongs to those behind it.
    lines = [each for block in blocks for each in (["\n".join(block)] if any(map(_ASSIGNS.match, block)) else block)]
    spans = re.findall(r"`([^`\n]+)`", text) + [
        " ".join(span.split()) for span in re.findall(r"`([^`]+\n[^`]+)`", text) if "\n\n" not in span
    ]
    found = [each for each in [*lines, *spans] if each.split(" ")[0] in _PROGRAMS or _ASSIGNS.match(each)]
    found = [each for each in found if len(each.split()) > 1 and not any(part in each for part in _PLAYED_ELSEWHERE)]
    return list(dict.fromkeys(found))


def written():
    """The commands of every page, each once as it is typed: with the first page that has it."""
    found = {}
    for guide in PAGES:
        for command in commands(guide.read_text()):
            found.setdefault(filled(command), (command, guide))
    for command, guide in found.values():
        yield pytest.param(guide.name, command, id=f"{guide.stem}: {command[:70]}")


def stand_ins(folder, command_line):
    """Programs for PATH."""
    for name, does in {
        "aws": f"exec {command_line('aws')}",
        "make": f"exec /usr/bin/make --dry-run --directory {ROOT}",
        "curl": "exec true",
        "dig": "exec true",
        "python": f"cd {ROOT} && exec {sys.executable} -c '{_IS_THERE}'",
        "pytest": f"cd {ROOT} && exec {sys.executable} -m pytest --collect-only --quiet",
        "regain": f"exec {command_line('regain')}",
    }.items():
        path = folder / name
        path.write_text(f'#!/bin/sh\n{does} "$@"\n')
        path.chmod(0o755)


@pytest.fixture(scope="module")
def desk(engine, default_organisation, tmp_path_factory, command_line):
    """Where an administrator sits: a folder with the files, a stack called regain, an embedded one, and the programs."""
    folder, programs = tmp_path_factory.mktemp("desk"), tmp_path_factory.mktemp("bin")
    stand_ins(programs, command_line)
    (folder / "regain").symlink_to(programs / "regain")
    for name, source in {"organisation": "yaml", "people": "csv"}.items():
        shutil.copy(ROOT / f"{name}.{source}", folder)
        for copy in ("mine", "new"):
            shutil.copy(ROOT / f"{name}.{source}", folder / f"{copy}.{source}")
    (folder / ".state").mkdir()
    embedded = {**engine.environment, "ORGANISATION_FILE": str(default_organisation), "SITE_URL": "http://127.0.0.1:9/"}
    (folder / ".state" / "stack.json").write_text(json.dumps(embedded))
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    cloudformation.create_stack(StackName="regain", TemplateBody=small())
    cloudformation.get_waiter("stack_create_complete").wait(StackName="regain", WaiterConfig={"Delay": 1})
    known = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ORGANISATION"))}
    clean |= {name: engine.environment[name] for name in known}
    clean |= {"PATH": f"{programs}:{clean['PATH']}", "AWS_EC2_METADATA_DISABLED": "true"}
    clean |= {"NUMBER": "+15555550100", "PHONE": "+447700900123", "SITE": "https://site", "API": "https://api"}

    def type_in(command):
        answers = "\n" if "setup" in command else "y\n"
        return subprocess.run(
            ["bash", "-c", command], cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=60,
            input=answers * 60,
        )  # fmt: skip

    people = "people import people.csv"
    for command in (f"setup --stack regain --yes --region {REGION}", f"--stack regain {people}", people):
        done = type_in(f"./regain {command}")
        assert done.returncode == 0, done.stdout + done.stderr
    return type_in


def filled(command):
    """A command as a reader types it: with values in the place of words in capitals and of dots."""
    for word, value in sorted(_PLACES.items(), key=lambda each: -len(each[0])):
        command = re.sub(rf"(?<![\w$-]){word}(?![\w=(])", value, command)
    return command.replace("R-XXXX-XXXX", "R-0000-0000")


@pytest.mark.parametrize(("guide", "command"), list(written()))
def test_a_command_of_a_guide_can_be_given_as_it_is_written(guide, command, desk):
    mentioned = re.fullmatch(r"\./regain ((people|admin|policy|scim) [a-z]+|setup)", command)
    done = desk(filled(command) + (" --help" if mentioned else ""))
    said = done.stdout + done.stderr
    assert done.returncode == 0 or (done.returncode == 1 and any(each in command for each in _MAY_SAY_NO)), said
    assert "Traceback" not in said
    assert "See `./regain --help`" not in said


def test_the_guides_have_commands_and_this_test_reads_them():
    pages = {param.values[0] for param in written()}
    assert {
        "README.md",
        "CONTRIBUTING.md",
        "deploy.md",
        "custom-domain.md",
        "upgrade.md",
        "keys.md",
        "scale.md",
        "first-half-hour.md",
        "remove.md",
    } <= pages
    assert len(list(written())) > 60


def test_every_variable_that_a_page_gives_to_make_is_one_of_the_makefiles():
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        text = page.read_text()
        given = {
            name for each in commands(text) if each.startswith("make ") for name in re.findall(r"([A-Z_]+)=", each)
        }
        given |= set(re.findall(r"`([A-Z_]+)=\w*`", text))
        assert [name for name in sorted(given) if f"$({name})" not in makefile] == [], page


def test_no_guide_goes_round_make_deploy_a17():
    """`sam deploy` in a checkout that was not built would deploy a layer without libraries."""
    for page in ADMIN.glob("*.md"):
        assert not re.search(r"\bsam (deploy|build)\b|--guided", page.read_text()), page


def test_every_parameter_and_resource_that_a_guide_names_is_in_the_template():
    template = raw(ROOT / "template.yaml")
    known = {*template["Parameters"], *template["Resources"], *template["Outputs"]}
    gone = ("MonthlyBudget", "Architecture")
    for page in ADMIN.glob("*.md"):
        text = page.read_text()
        assert not [name for name in gone if f"`{name}`" in text], page
        named = set(re.findall(r"--set (?!Parameter)(\w+)=|--logical-resource-id (\w+)", text))
        assert {name for pair in named for name in pair if name} <= known, page


def test_the_first_half_hour_is_written_from_what_doctor_deep_plays():
    assert first_half_hour.PAGE.read_text() == first_half_hour.page(), "python -m cli.first_half_hour"
    functions = {
        name.removesuffix("Function").lower()
        for name, made in raw(ROOT / "template.yaml")["Resources"].items()
        if made["Type"] == "AWS::Serverless::Function" and "Condition" not in made
    }
    assert {step.role for step in STEPS} == functions


def test_what_a_million_resets_cost_is_what_the_bench_counts_a34():
    """Traces, archive and receipts among them. What depends on a measurement is checked by `make bench` alone."""
    text = (ADMIN / "scale.md").read_text()
    told = {name: int(dollars) for name, dollars in re.findall(r"^\| ([a-zA-Z -]+) \| (\d+) \|$", text, re.MULTILINE)}
    counted = {name: round(dollars * 1e6) for name, dollars in cost.unmeasured().items()}
    assert {name: told.get(name) for name in counted} == counted
    assert f"| **together** | **{sum(told.values())}** |" in text


def test_standing_costs_are_said_a33_a35():
    text = (ADMIN / "scale.md").read_text()
    resources = raw(ROOT / "template.yaml")["Resources"].values()
    alarms = [each for each in resources if each["Type"] == "AWS::CloudWatch::Alarm"]

    def dollars(conditional):
        made = [each["Properties"] for each in alarms if ("Condition" in each) is conditional]
        return sum(len([m for m in alarm.get("Metrics", ()) if "MetricStat" in m]) or 1 for alarm in made) / 10

    keys = sum(each["Type"] == "AWS::KMS::Key" for each in resources)
    assert keys == 5 and f"five KMS keys {keys} dollars" in text
    for each in (
        f"alarms {dollars(False):.2f}", f"two more alarms {dollars(True):.2f}", "15.60", "only the current version is kept", "four rules",
    ):  # fmt: skip
        assert each in text, each


def test_the_guide_says_of_every_alarm_what_it_means():
    resources = raw(ROOT / "template.yaml")["Resources"].items()
    alarms = [name for name, made in resources if made["Type"] == "AWS::CloudWatch::Alarm"]
    section = (ADMIN / "observe.md").read_text().partition("## Alarms\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", section, re.MULTILINE)
    assert sorted(rows) == sorted(alarms)


def test_a_guide_says_what_a_first_failed_try_leaves_a10():
    for page in ("deploy.md", "remove.md"):
        assert "ROLLBACK_COMPLETE" in (ADMIN / page).read_text(), page


@pytest.mark.parametrize(
    ("guide", "said"),
    [
        ("custom-domain.md", "The `Host` header must be the host of `ApiUrl`"),  # A24
        ("observe.md", "they came from no queue"),  # A23
        ("observe.md", "delete-suppressed-destination"),  # A25
        ("deploy.md", "monthly spend"),  # A16
        ("deploy.md", "Before the first time"),  # A26
        ("deploy.md", "update-termination-protection"),  # A32
        ("keys.md", "lambda:GetFunctionConfiguration"),  # A28
    ],
)  # fmt: skip
def test_what_people_ran_into_is_in_the_guide(guide, said):
    assert said in " ".join((ADMIN / guide).read_text().split())

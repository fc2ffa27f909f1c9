"""What is deployed is what answers: a release has one name, and the version of every function follows it (A12, A13, A45)."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.regions import SUPPORTED
from hooks.catalogues import files
from local.template import raw
from release_id import DIGEST, ReleaseError, digest, main, parameters, release_id
from tests.build.conftest import HERE, sam_build
from tests.build.transforming import ROOT, SAM, packaged, transformed
from tests.order import thorough

TEMPLATE = ROOT / "template.yaml"
SOURCES = ("functions", "docs", "translations", "requirements", "template.yaml", "organisation.yaml", "samconfig.toml")
OTHERWISE = {"Site": "none", "SnapStart": "None"}
"""Values for the parameters that take only some."""


@pytest.fixture
def checkout(tmp_path):
    """The sources once more, at another place, with what only their owner may read."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns("__pycache__", "*.mo", "node_modules")
            shutil.copytree(ROOT / name, copy / name, ignore=left_out, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(ROOT / name, copy / name)
    for path in copy.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def layer(source, target):
    """The digest of the layer that a checkout builds, for a Python that nobody has: nothing is compiled."""
    python = {**HERE, "LAYER_PYTHON": f"{HERE['LAYER_PYTHON']}.0"}
    command = ["make", "-s", "-C", source / "functions" / "shared", "build-SharedLayer", f"ARTIFACTS_DIR={target}"]
    done = subprocess.run(command, env={**os.environ, **python}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (target / "python" / "regain" / DIGEST).read_text()


@thorough
@pytest.mark.timeout(600)
def test_two_checkouts_built_at_different_times_and_places_are_the_same_byte_for_byte(built, checkout):
    """A45: neither the folder, nor the umask, the time zone, the hash seed or the time shows in what is built."""
    sam_build(checkout, checkout / "out", TZ="Pacific/Auckland", PYTHONHASHSEED="77")
    here, there = contents(built / "out"), contents(checkout / "out")
    assert {path for path in here if here[path] != there.get(path)} == set()
    assert there.keys() == here.keys()
    none = Path("no-samconfig")
    assert release_id(TEMPLATE, built / "out", none) == release_id(TEMPLATE, checkout / "out", none)
    for path in (checkout / "out").rglob("*"):
        if path.name != "template.yaml":
            assert path.stat().st_mode & 0o444 == 0o444, path


def test_compiled_catalogues_do_not_say_when_they_were_made(tmp_path, time_machine):
    """A45: the header of a .mo file has the minute of its making unless it is told another."""
    made = []
    for day in (1, 2):
        time_machine.move_to(1_800_000_000 + day * 86_400)
        files.compile_domains(files.read("de"), tmp_path / str(day))
        made.append(contents(tmp_path / str(day)))
    assert len(made[0]) == len(files.DOMAINS)
    assert made[0] == made[1]


@thorough
@pytest.mark.timeout(600)
def test_the_layer_is_another_one_for_code_or_organisation_and_the_same_for_pages_and_their_translations(
    built, checkout, tmp_path
):
    """A12. The digest is that of the sources: it changes with them, and not with the interpreter that compiles them."""

    def change(file, before, after):
        text = (checkout / file).read_text()
        assert before in text
        (checkout / file).write_text(text.replace(before, after, 1))

    unchanged = (built / "out" / "SharedLayer" / "python" / "regain" / DIGEST).read_text()
    change("docs/index.md", "\n\n", "\n\nMore of it.\n\n")
    title = 'msgid "Rotate keys"\nmsgstr "'
    change("translations/de.po", title, f"{title}Nun: ")
    assert layer(checkout, tmp_path / "pages") == unchanged
    change("functions/shared/regain/domain/reference.py", '"""', '"""The ')
    coded = layer(checkout, tmp_path / "code")
    change("organisation.yaml", "name: Contoso", "name: Fabrikam")
    assert len({unchanged, coded, layer(checkout, tmp_path / "organisation")}) == 3


@pytest.fixture(scope="module")
def copied(built, tmp_path_factory):
    """The build, to be changed."""
    target = tmp_path_factory.mktemp("copied") / "out"
    shutil.copytree(built / "out", target)
    return target


def test_each_file_of_a_function_and_the_layers_digest_make_another_release(copied):
    none, known = Path("no-samconfig"), set()
    for path in (
        copied / "ResetFunction" / "reset" / "flow.py",
        copied / "ReceiptsFunction" / "receipts" / "app.py",
        copied / "SharedLayer" / "python" / "regain" / DIGEST,
    ):
        known.add(release_id(TEMPLATE, copied, none))
        path.write_text(path.read_text() + "#")
    (copied / "ResetFunction" / "reset" / "new.py").write_text("")
    known |= {release_id(TEMPLATE, copied, none)}
    (copied / "ResetFunction" / "reset" / "new.py").rename(copied / "ResetFunction" / "reset" / "renamed.py")
    assert len(known | {release_id(TEMPLATE, copied, none)}) == 5


def test_a_change_of_how_a_function_runs_makes_another_release_and_a_comment_none(copied, tmp_path):
    none, text = Path("no-samconfig"), TEMPLATE.read_text()
    changed = {}
    for name, content in {
        "memory": text.replace("MemorySize: 1024 #", "MemorySize: 2048 #"),
        "comment": text + "\n# a comment\n",
        "dashboard": text.replace('"title": "Resets"', '"title": "Other"'),
    }.items():
        assert content != text
        (tmp_path / name).write_text(content)
        changed[name] = release_id(tmp_path / name, copied, none)
    assert changed["memory"] != changed["comment"] == changed["dashboard"] == release_id(TEMPLATE, copied, none)


def test_every_parameter_but_release_itself_makes_another_release(copied, tmp_path):
    """A13: ProofOfWorkRounds, CodeKeyGeneration, OriginKeyA and the others never reached the alias."""
    known = {release_id(TEMPLATE, copied, tmp_path / "none.toml")}
    every = raw(TEMPLATE)["Parameters"]
    for name in every:
        file = tmp_path / f"samconfig.{name}.toml"
        file.write_text(f'[default.deploy.parameters]\nparameter_overrides = ["{name}={OTHERWISE.get(name, "7")}"]\n')
        known.add(release_id(TEMPLATE, copied, file))
    assert len(known) == len(every)  # the defaults, and one for each but Release


def versions(template):
    return {name for name, made in template["Resources"].items() if made["Type"] == "AWS::Lambda::Version"}


def test_the_version_of_every_function_follows_the_release_and_old_ones_go():
    """A12, A13, A33: all functions in one update, and nothing else makes or keeps a version."""
    one, other = {"Release": "1" * 64}, {"Release": "2" * 64}
    first, again, layered, parametered, second = transformed(
        (packaged(), one), (packaged(), one), (packaged(layer="new", ResetFunction="new"), one),
        (packaged(), {**one, "CodeKeyGeneration": "2", "OriginKeyA": "2"}), (packaged(), other),
    )  # fmt: skip
    functions = {
        name for name, made in raw(TEMPLATE)["Resources"].items() if made["Type"] == "AWS::Serverless::Function"
    }
    assert len(versions(first)) == len(functions) >= 10
    assert versions(first) == versions(again) == versions(layered) == versions(parametered)
    assert not versions(first) & versions(second) and len(versions(second)) == len(functions)
    for name in versions(second):
        assert second["Resources"][name]["DeletionPolicy"] == "Delete"
    for name in functions:
        assert second["Resources"][name]["Properties"]["Environment"]["Variables"]["RELEASE"] == {"Ref": "Release"}
        alias = second["Resources"][f"{name}Aliaslive"]["Properties"]
        assert alias["FunctionVersion"]["Fn::GetAtt"][0] in versions(second)


def test_without_a_release_code_and_layer_still_reach_the_alias():
    """`sam deploy` by hand names none. Parameters then reach nobody, which is what the release is for (A13)."""
    none = {"Release": ""}
    first, again, layered, coded, parametered = transformed(
        (packaged(), none), (packaged(), none), (packaged(layer="new"), none), (packaged(ResetFunction="new"), none),
        (packaged(), {**none, "CodeKeyGeneration": "2"}),
    )  # fmt: skip
    assert versions(first) == versions(again) == versions(parametered)
    assert not versions(first) & versions(layered)
    assert {name.partition("Version")[0] for name in versions(coded) - versions(first)} == {"ResetFunction"}


@pytest.mark.parametrize(
    "written",
    [
        """parameter_overrides = 'SenderDomain="a.example" EmbedFrom="https://a.example https://b.example" Languages=en,de'""",
        'parameter_overrides = ["SenderDomain=a.example", "EmbedFrom=\\"https://a.example https://b.example\\"", "Languages=en,de"]',
        '[default.deploy.parameters.parameter_overrides]\nSenderDomain = "a.example"\n'
        'EmbedFrom = "https://a.example https://b.example"\nLanguages = "en,de"',
    ],
    ids=["text", "list", "table"],
)
def test_parameters_are_read_in_each_shape_that_sam_takes(tmp_path, written):
    file = tmp_path / "samconfig.regain.toml"
    file.write_text(f"version = 0.1\n[default.deploy.parameters]\n{written}\n")
    template = raw(TEMPLATE)
    read, defaults = parameters(template, file), parameters(template, tmp_path / "none.toml")
    assert "Release" not in defaults and len(defaults) == len(template["Parameters"]) - 1
    assert {name: value for name, value in read.items() if value != defaults[name]} == {
        "SenderDomain": "a.example", "EmbedFrom": "https://a.example https://b.example", "Languages": "en,de",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("parameter_overrides = [", "cannot be read"),
        ('[default.deploy.parameters]\nparameter_overrides = "Colour=red"', "has no such parameter"),
        ('[default.deploy.parameters]\nparameter_overrides = "Languages"', "not Name=value"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, written, said):
    file = tmp_path / "samconfig.regain.toml"
    file.write_text(written)
    with pytest.raises(ReleaseError, match=said):
        parameters(raw(TEMPLATE), file)


def test_the_command_prints_the_id_for_the_stack_on_the_last_line(copied, tmp_path, monkeypatch, capsys):
    (tmp_path / "samconfig.ours.toml").write_text('[default.deploy.parameters]\nparameter_overrides = "Languages=de"\n')
    monkeypatch.chdir(tmp_path)
    told = {}
    for stack in ("ours", "theirs"):
        monkeypatch.setattr("sys.argv", ["release_id", "--stack", stack, "--build", str(copied)])
        assert main() == 0
        told[stack] = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch("[0-9a-f]{64}", told["ours"]) and told["ours"] != told["theirs"]
    assert told["theirs"] == release_id(TEMPLATE, copied, tmp_path / "none.toml")
    monkeypatch.setattr("sys.argv", ["release_id", "--stack", "ours", "--build", str(tmp_path)])
    assert main() == 1
    assert "make build" in capsys.readouterr().err


def test_without_a_build_it_says_to_build(tmp_path):
    with pytest.raises(ReleaseError, match="make build"):
        digest(tmp_path / "nothing")
    with pytest.raises(ReleaseError, match="make build"):
        release_id(TEMPLATE, tmp_path, tmp_path / "none.toml")


def test_the_supported_regions_are_those_that_know_every_type_of_the_template():
    """A7: CloudFormation refuses a type that its region does not know before it looks at the condition on it."""
    providers = next(SAM.parent.glob("lib/python3*/site-packages/cfnlint/data/schemas/providers"))
    (template,) = transformed((packaged(), {"Release": "1" * 64}))
    types = {made["Type"] for made in template["Resources"].values()}
    known = {path.stem: set(json.loads(path.read_text())) for path in providers.glob("*-*.json")}
    apart = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")  # partitions of their own
    fit = {region for region, has in known.items() if types <= has and not region.startswith(apart)}
    assert set(SUPPORTED) == fit

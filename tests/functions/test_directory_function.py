"""The function that reaches the directory, and the client by which the others ask it: only the five outcomes leave it."""

import io
import json
import os
import subprocess
import sys
import types
from dataclasses import replace

import boto3
import botocore.session
import msgspec
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from directory import app, flow, secret
from local.template import read
from regain.adapters import aws
from regain.directories import kinds
from regain.directories.base import (
    Finding,
    NotAccepted,
    NotAllowed,
    Person,
    Requirements,
    Stopped,
    Unanswered,
    WrongPassword,
)
from regain.directories.remote import INVOKE_CONFIG, RemoteDirectory
from regain.domain.ldap import Ldap
from regain.organisation import settings
from tests.bench.cold import LOADED_BY_OTHERS, OURS
from tests.conftest import ROOT
from tests.functions.conftest import Context
from tests.functions.permissions import ALL, allowed, recording

PASSWORD = 'zimt "Stern" ²🔑 Ω'
PERSON = Person(
    "4f1c", "CN=Vertrieb\\, Köln,OU=People,DC=contoso,DC=example", "maria@contoso.example", "ldaps://dc1",
    other_mails=("m@home.example",), groups=("staff", "CN=x"), locked=True, changed_at="133",
)  # fmt: skip
LOCAL_SECRET = "of the service account"
ARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:svc-AbCdEf"


class Answering:
    """A directory in which every call ends in the same way."""

    def __init__(self, outcome=None):
        self.outcome, self.asked = outcome, []

    def _end(self, *asked, temporary=False):
        self.asked.append((*asked, temporary))
        if self.outcome:
            raise self.outcome

    def find(self, user_id):
        self._end(user_id)
        return replace(PERSON, user_id=user_id)

    def search(self, words, domain):
        self._end(tuple(words), domain)
        return (PERSON,)

    def requirements(self, person, change):
        self._end(person, change)
        return Requirements(14, True, 24, 1_800_000_000)

    def check(self):
        self._end()
        yield Finding("wrong", "It is down.", "Start it.")

    def reset(self, person, password, temporary=False):
        self._end(person, password, temporary=temporary)

    def __getattr__(self, name):
        return self._end


class Lambda:
    """Lambda as a client sees it: the request goes to the handler as JSON. Or it `fails`, or answers with `payload`."""

    def __init__(self, fails=None, payload=None, error=""):
        self.fails, self.payload, self.error, self.asked = fails, payload, error, []

    def invoke(self, FunctionName, Payload):  # noqa: N803 - botocore's names
        self.asked.append(FunctionName)
        if self.fails:
            raise self.fails
        answer = self.payload
        if answer is None:
            answer = json.dumps(app.lambda_handler(json.loads(Payload), Context())).encode()
        return {"Payload": io.BytesIO(answer), **({"FunctionError": self.error} if self.error else {})}


def remote(client):
    return RemoteDirectory("contoso.example", "Directory:live", lambda: client)


@pytest.fixture
def serve(monkeypatch):
    """Puts a directory behind the function."""

    def put(there):
        monkeypatch.setattr(flow, "directory", {"contoso.example": there}.__getitem__)
        return there

    return put


CALLS = {
    "find": lambda directory: directory.find("maria@contoso.example"),
    "search": lambda directory: directory.search(["mar", "sil"], "contoso.example"),
    "verify": lambda directory: directory.verify(PERSON, PERSON.user_id, PASSWORD),
    "verify nobody": lambda directory: directory.verify(None, "nobody@contoso.example", PASSWORD),
    "reset": lambda directory: directory.reset(PERSON, PASSWORD, temporary=True),
    "change": lambda directory: directory.change(PERSON, PASSWORD, f"{PASSWORD} too"),
    "unlock": lambda directory: directory.unlock(PERSON),
    "requirements": lambda directory: directory.requirements(PERSON, True),
    "check": lambda directory: list(directory.check()),
}
READS = {"find", "search", "verify", "verify nobody", "requirements", "check"}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_arrives_as_it_was_made_and_its_answer_comes_back(serve, call):
    near, far = Answering(), serve(Answering())
    assert call(remote(Lambda())) == call(near)
    assert far.asked == near.asked


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    "outcome",
    [NotAccepted("history"), Stopped("must-change"), NotAllowed("ldap 50"), WrongPassword(), Unanswered(True, "a"), Unanswered(False, "b")],
)  # fmt: skip
def test_each_outcome_leaves_the_function_as_it_is(serve, call, outcome):
    serve(Answering(outcome))
    with pytest.raises(type(outcome)) as raised:
        call(remote(Lambda()))
    assert vars(raised.value) == vars(outcome) and str(raised.value) == str(outcome)


def refused(code):
    return ClientError({"Error": {"Code": code, "Message": PASSWORD}}, "Invoke")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("client", "known"),
    [
        (Lambda(refused("TooManyRequestsException")), True),
        (Lambda(refused("ENILimitReachedException")), True),
        (Lambda(ConnectTimeoutError(endpoint_url="x")), True),
        (Lambda(EndpointConnectionError(endpoint_url="x")), True),
        (Lambda(refused("ServiceException")), False),
        (Lambda(ReadTimeoutError(endpoint_url="x")), False),
        (Lambda(ConnectionClosedError(endpoint_url="x")), False),
        (Lambda(payload=json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": PASSWORD}).encode(), error="Unhandled"), False),
        (Lambda(payload=b"<html>"), False),
        (Lambda(payload=b'{"outcome":"splendid"}'), False),
        (Lambda(payload=b'{"outcome":"stopped","detail":"tired"}'), False),
    ],
)  # fmt: skip
def test_a_lost_call_is_unanswered_and_known_only_where_nothing_can_have_been_done(name, client, known):
    client.asked.clear()
    with pytest.raises(Unanswered) as raised:
        CALLS[name](remote(client))
    assert raised.value.known is (known or name in READS)
    assert len(client.asked) == 1  # a write is sent once
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    "client", [Lambda(refused("AccessDeniedException")), Lambda(refused("ResourceNotFoundException"))]
)
def test_what_the_organisation_has_to_repair_is_not_called_silence(client):
    with pytest.raises(NotAllowed):
        remote(client).reset(PERSON, PASSWORD)
    with pytest.raises(NotAllowed, match="no function"):
        RemoteDirectory("contoso.example", "", lambda: client).find("x")


def test_the_clients_own_retries_are_off_and_it_gives_up_before_its_caller():
    client = botocore.session.get_session().create_client("lambda", "eu-west-1", config=INVOKE_CONFIG)
    config = client.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.connect_timeout + config.read_timeout <= 10  # Globals: Timeout


@pytest.mark.parametrize("event", [{}, {"domain": "contoso.example", "asked": {"call": "reset", "password": PASSWORD}},
    {"domain": "other.example", "asked": {"call": "unlock", "person": msgspec.to_builtins(PERSON)}}])  # fmt: skip
def test_an_error_of_the_function_quotes_nothing(serve, event, capsys, caplog):
    serve(Answering(RuntimeError(PASSWORD)))
    assert app.lambda_handler(event, Context())["outcome"] == "unknown"
    said = capsys.readouterr()
    assert "zimt" not in said.out + said.err + caplog.text and "maria" not in said.out + caplog.text


@pytest.mark.parametrize("outcome", [None, WrongPassword(), NotAllowed("ldap 50"), RuntimeError(PASSWORD)])
def test_neither_password_nor_person_nor_answer_is_logged(serve, outcome, capsys, caplog):
    serve(Answering(outcome))
    for call in ("verify", "reset", "change"):
        event = {"domain": "contoso.example", "asked": _asked(call)}
        app.lambda_handler(event, Context())
    said = capsys.readouterr()
    written = said.out + said.err + caplog.text
    assert '"Directory"' in said.out  # how it ended is counted
    for word in ("zimt", "Stern", "maria", "Köln", "4f1c"):
        assert word not in written


def _asked(call):
    person, both = msgspec.to_builtins(PERSON), {"old": PASSWORD, "new": PASSWORD}
    return {
        "verify": {"call": call, "person": person, "user_id": "maria@contoso.example", "password": PASSWORD},
        "reset": {"call": call, "person": person, "password": PASSWORD, "temporary": False},
        "change": {"call": call, "person": person, **both},
    }[call]


LDAP = {"kind": "openldap", "url": ["ldaps://127.0.0.1:1"], "base": "dc=x", "service_account": "cn=x,dc=x"}


def test_services_know_the_directory_of_a_domain_and_never_take_it_for_a_table_of_ours(use, monkeypatch):
    world = use(domains={"contoso.example": {"directory": "ldap", "ldap": LDAP}, "b.example": {}})
    found = world.services.directory("maria@contoso.example")
    assert (found.domain, found.function) == ("contoso.example", "")
    with pytest.raises(NotAllowed):
        found.find("maria@contoso.example")  # this stack was deployed without the function
    assert world.services.directory("x@b.example") is None
    assert use().services.directories == {}
    organisation = settings.Organisation(
        settings.About("X"), {"a.example": settings.Domain("ldap", Ldap("openldap", ("ldaps://x",), "dc=x", "cn=x"))}
    )
    assert kinds.directories(organisation, {"DIRECTORY_FUNCTION": "f"})["a.example"].function == "f"


def test_a_directory_is_made_by_the_module_of_its_kind_and_no_other_is_imported(monkeypatch):
    made = {}
    for module in set(kinds._MODULES.values()):
        connect = lambda name, _organisation, _environment, of=module: made.setdefault(name, of)  # noqa: E731
        monkeypatch.setitem(sys.modules, module, types.SimpleNamespace(connect=connect))
    domains = {
        "ours.example": {}, "elsewhere.example": {"directory": "elsewhere"},
        "staff.example": {"directory": "ldap", "ldap": LDAP},
        "managed.example": {"directory": "ldap", "ldap": {"kind": "aws-managed"}},
        "students.example": {"directory": "cognito", "cognito": {"pool": "eu-west-1_a", "client": "c"}},
        "cloud.example": {"directory": "entra", "entra": {"tenant": "t", "client": "c"}},
    }  # fmt: skip
    organisation = msgspec.convert({"organisation": {"name": "X"}, "domains": domains}, settings.Organisation)
    wanted = [f"regain.directories.{name}" for name in ("remote", "aws_managed", "cognito", "entra")]
    found = {name: getattr(each, "asked", each) for name, each in kinds.directories(organisation, {}).items()}
    assert found == made == dict(zip(list(domains)[2:], wanted, strict=True))


def test_an_organisation_without_a_directory_loads_nothing_of_any():
    """What a function costs to start does not depend on what others can have: `make bench` counts it in each cold start."""
    apps = ", ".join(
        f"{path.parent.name}.app" for path in sorted(ROOT.glob("functions/*/app.py")) if path.parent.name != "directory"
    )
    script = (
        f"import sys, regain.runtime.services, regain.recovery.steps, {apps}\n"
        "from regain.directories import kinds\n"
        "from regain.organisation import settings\n"
        "kinds.directories(settings.Organisation(settings.About('X'), {'a.example': settings.Domain()}), {})\n"
        f"print(sorted(name for name in sys.modules if name.startswith({LOADED_BY_OTHERS})))\n"
    )
    path = os.pathsep.join(each for each in sys.path if each)
    environment = {"PYTHONPATH": path, "AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(sorted(OURS)), "nothing that signs people in elsewhere either"


@pytest.fixture
def template(root):
    return read(
        root / "template.yaml", {"DirectorySecretArn": ARN, "DirectorySubnets": "s", "DirectorySecurityGroups": "g"}
    )


def test_the_doctor_judges_people_by_what_their_domain_asks_of_them(world):
    """Who could reset without registering anything: a mail in one of our own domains proves nothing."""
    organisation = world.services.organisation
    for mail, able in (("m@home.example", True), ("m@contoso.example", False), ("", False)):
        person = replace(PERSON, mail=mail, other_mails=(), user_id="")
        assert flow._capable(organisation, "contoso.example", person) is able, mail
        assert not flow._capable(organisation, "contoso.example", replace(person, enabled=False))


RIGHT = ("lambda:InvokeFunction", "DirectoryFunction")
ASKING = {"ResetFunction", "UnlockFunction", "AccountFunction", "AdminFunction"}


def test_only_functions_that_find_set_or_judge_passwords_may_ask_the_directory_b19(template):
    assert {f.name for f in template.functions if RIGHT in allowed(template, f.name)} == ASKING
    assert {f.name for f in template.functions if f.environment.get("DIRECTORY_FUNCTION")} == ASKING


def test_both_sides_may_do_what_they_do_b19(root, world, monkeypatch):
    """The calls are recorded from botocore and compared with the template; the engine keeps the secret."""
    monkeypatch.setattr(secret, "_kept", [])
    monkeypatch.delenv(secret.LOCAL, raising=False)
    arn = boto3.client("secretsmanager").create_secret(Name=world.name("s"), SecretString=LOCAL_SECRET)["ARN"]
    monkeypatch.setenv("DIRECTORY_SECRET", arn)
    template = read(root / "template.yaml", {"DirectorySecretArn": arn})
    own = next(f.environment for f in template.functions if f.name == "DirectoryFunction")
    assert not [name for name in own if name.endswith(("_TABLE", "_KEY"))]
    used = recording(monkeypatch)
    assert secret.secret_of("contoso.example")(False) == LOCAL_SECRET
    assert dict(used) == allowed(template, "DirectoryFunction") == {("secretsmanager:GetSecretValue", arn): {ALL}}
    used.clear()
    asks = next(f.environment["DIRECTORY_FUNCTION"] for f in template.functions if f.name == "ResetFunction")
    with pytest.raises(NotAllowed, match="ResourceNotFound"):  # the engine has no such function
        RemoteDirectory("contoso.example", asks, lambda: aws.client("lambda", INVOKE_CONFIG)).unlock(PERSON)
    assert dict(used) == {RIGHT: {ALL}}


def test_a_stack_without_a_directory_has_none_of_it(root):
    made = read(root / "template.yaml")
    assert not [name for name in made.resources if name.startswith("Directory")]
    assert "lambda:InvokeFunction" not in json.dumps(made.resources)
    assert {f.environment.get("DIRECTORY_FUNCTION", "") for f in made.functions} == {""}

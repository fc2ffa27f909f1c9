"""`doctor --deep`: tests a live stack end to end with an account that it removes afterwards."""

import contextlib
import secrets
import signal
import time
import urllib.parse
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from cli.canary import Canary, domain_for
from cli.client import Client, UnexpectedAnswer
from cli.deep_steps import STEPS, Step
from cli.finding import Finding
from cli.stack import Stack
from regain.organisation.settings import Organisation
from regain.runtime.services import Services

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WAIT = 60  # seconds for what happens behind an answer: streams, sending, receipts
_PROVIDED = ("recovery-code", "authenticator")


class Stopped(BaseException):
    """A signal asked to stop. Everything that was created is removed first."""


class _Impossible(Exception):
    """A program cannot test a stack with these settings; the message says why."""


def deep(stack: Stack, services: Services, organisation: Organisation, tell: Callable[[Finding], None]) -> None:
    """One request by every route's role, a reset from start to finish, one mail to the administrator.

    Raises:
        StackError: the canary's user ID is taken, or another run is under way.
        Stopped: a signal arrived; everything has been removed.
    """
    domain = domain_for(organisation)
    if not domain:
        tell(Finding("warning", "Nothing was tested: no domain keeps its accounts here with reset turned on."))
        return
    account, client = Canary.of(services, domain), _Client(stack.origin())
    account.check()
    with _signals_stop(client):
        try:
            account.make()
            for finding in _Walk(client, account, organisation, stack.on_aws).findings():
                tell(finding)
        finally:
            tell(_taken_away(account))


def _taken_away(account: Canary) -> Finding:
    try:
        left = account.take_away()
    except Stopped:  # came between the last step and here; a second one does not come
        left = account.take_away()
    if left:
        to_do = "Run it again in three minutes: it first deletes what the last run left behind."
        return Finding("wrong", f"The test account could not be deleted completely: {'; '.join(left)}.", to_do)
    return Finding("ok", f"{account.user_id} is gone, with what it had caused. The archive keeps its events.")


class _Walk:
    def __init__(self, client: Client, account: Canary, organisation: Organisation, on_aws: bool) -> None:
        self.client, self.account, self.organisation, self.on_aws = client, account, organisation, on_aws
        self.password = f"Aa1-{secrets.token_urlsafe(24)}"
        self.has_password = False

    def findings(self) -> Iterator[Finding]:
        """Runs every step, also after one has failed."""
        for step in STEPS:
            yield self._played(step, getattr(self, f"_{step.role}"))

    def _played(self, step: Step, play: Callable[[], str]) -> Finding:
        try:
            more = play()
        except _Impossible as why:
            return Finding("warning", f"{step.role}: not played. {why}")
        except UnexpectedAnswer as error:
            to_do = f"Read the log of the {step.role} function: the guide 'The first half hour on AWS' says how."
            return Finding("wrong", f"{step.role}: {error}.", to_do)
        return Finding("ok", f"{step.role}: {step.done}{f' ({more})' if more else ''}.")

    def _service(self) -> str:
        self.client.get("/api/health")
        began = time.monotonic()
        self.client.proof()
        return f"{time.monotonic() - began:.1f} seconds of work here"

    def _reset(self) -> str:
        begun = self._prove("reset")
        self.client.post("/api/reset/finish", {"flow": begun["flow"], "new_password": self.password})
        self.has_password = True
        return str(begun["reference"])

    def _unlock(self) -> str:
        self.account.give_proofs()
        begun = self._prove("unlock")
        self.client.post("/api/unlock/finish", {"flow": begun["flow"]})
        return str(begun["reference"])

    def _prove(self, purpose: str) -> dict[str, str]:
        """A flow with every proof given, from the canary's own recovery code and authenticator."""
        body = {"user_id": self.account.user_id, "proof": self.client.proof()}
        begun = self.client.post(f"/api/{purpose}/start", body)
        kinds = {each["kind"]: each["id"] for each in begun["methods"]}
        usable = [kind for kind in _PROVIDED if kind in kinds]
        if len(usable) < begun["gates"]["required"]:
            raise _Impossible("A program has codes of its own only where `recovery-code` is among recovery.methods.")
        answer = begun
        for kind in usable[: begun["gates"]["required"]]:
            proof = {"flow": begun["flow"], "method": kinds[kind], "code": self.account.code(kind)}
            answer = self.client.post(f"/api/{purpose}/verify", proof)
        if answer["gates"]["passed"] < answer["gates"]["required"]:
            raise UnexpectedAnswer(f"{purpose}/verify took the proofs and passed {answer['gates']['passed']} gates")
        return begun

    def _account(self) -> str:
        self._begin_session()
        self.client.get("/api/account")
        self.client.post("/api/account/sign-out")
        return ""

    def _begin_session(self) -> None:
        if not self.has_password:
            raise _Impossible("It needs the password that the reset sets.")
        body = {"user_id": self.account.user_id, "password": self.password}
        self.client.post("/api/account/sign-in", body)

    def _admin(self) -> str:
        self.account.give_role("auditor")
        self._begin_session()
        self.client.get("/api/admin")
        self.client.get(f"/api/admin/accounts/{self.account.user_id}")
        self.client.get("/api/admin/report?days=1")
        self.client.post("/api/account/sign-out")
        return ""

    def _provisioning(self) -> str:
        token = self.account.make_token()
        query = urllib.parse.urlencode({"filter": f'userName eq "{self.account.user_id}"'})
        found = self.client.get(f"/api/scim/v2/Users?{query}", bearer=token)
        if found.get("totalResults") != 1:
            raise UnexpectedAnswer(f"GET /api/scim/v2/Users found {found.get('totalResults')} people, not the one")
        return ""

    def _contact(self) -> str:
        body = {
            "user_id": self.account.user_id,
            "proof": self.client.proof(),
            "name": "./regain doctor",
            "reply_to": self.account.user_id,
            "message": "A test of requests for help by the operator of this service. No action is needed.",
        }
        answer = self.client.post("/api/contact/administrator", body)
        if "url" in answer:
            return f"it leads to {answer['url']}, and no mail is sent"
        to = self.organisation.contacts.administrator.email or "those with a role who help first"
        return f"{answer['reference']}; a mail goes to {to}"

    def _notify(self) -> str:
        sent = self._await("message-sent", ("message-failed", "message-expired"))
        return f"{sent} messages"

    def _receipts(self) -> str:
        if not self.on_aws:
            raise _Impossible("Nobody sends receipts to the embedded stack.")
        self._await("message-delivered", ("message-bounced", "message-undelivered", "message-complained"))
        return ""

    def _await(self, kind: str, bad: tuple[str, ...]) -> int:
        """Waits for an event of a kind. Raises UnexpectedAnswer for one of the bad kinds, or for none in time."""
        until = time.monotonic() + _WAIT
        while True:
            kinds = [event["kind"] for event in self.account.events()]
            if failed := next((each for each in kinds if each in bad), ""):
                raise UnexpectedAnswer(f"the audit log has the event {failed}")
            if kind in kinds:
                return kinds.count(kind)
            if time.monotonic() > until:
                raise UnexpectedAnswer(f"the audit log has no event {kind} after {_WAIT} seconds")
            time.sleep(1)

    def _report(self) -> str:
        until = time.monotonic() + _WAIT
        while not self.account.counted():
            if time.monotonic() > until:
                raise UnexpectedAnswer(f"the report has not counted the test account after {_WAIT} seconds")
            time.sleep(1)
        return ""


class _Client(Client):
    """A client that signals do not interrupt: an unfinished request would write after the clean-up."""

    busy = False
    stopped_by = 0

    def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        self.busy = True
        try:
            return super()._exchange(method, path, body)
        finally:
            self.busy = False
            if self.stopped_by:
                raise Stopped(signal.Signals(self.stopped_by).name)


@contextlib.contextmanager
def _signals_stop(client: _Client) -> Iterator[None]:
    """The first signal raises Stopped, which starts the clean-up. Later ones do not interrupt it."""

    def stop(number: int, _: FrameType | None) -> None:
        first, client.stopped_by = not client.stopped_by, client.stopped_by or number
        if first and not client.busy:
            raise Stopped(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

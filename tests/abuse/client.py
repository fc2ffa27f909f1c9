"""Somebody at the other end of the wire: an attacker, or the person they are after. Speaks HTTP to the running stack.

What the functions' tests do through a handler is done here through the socket: requests, answers, proofs and whole
flows are the same `World`. What happened is read as an auditor reads it, and messages as their recipients do.
"""

import functools
import http.client
import itertools
import json
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.session

from regain.adapters import rate_limits, recoveries
from regain.adapters.store import marshal, unmarshal
from regain.domain import guess_budget
from regain.organisation import settings
from regain.runtime.services import Services, compose
from tests.abuse import plain_limits
from tests.codes import code_in
from tests.conftest import Stack
from tests.functions.agent import Agent
from tests.functions.conftest import Answer, World, solve
from tests.waiting import until

_LOOKS = 250  # fewer than one auditor may take in an hour
_PROVED_FOR = 600  # seconds; their second factor lasts 900
WINDOW = 600  # seconds, in which failures of a network are counted
_SECONDS = 3  # between two requests of one comparison
_CHANCE = (
    (r'"R-\w{4}-\w{4}"', '"R-XXXX-XXXX"'),
    (r'"(flow|challenge)": "[\w-]{43}"', r'"\1": "a token of 43"'),
    (r'"(expires_at|resend_after)": \d{10}\b', r'"\1": "10 digits"'),
    (r'"(retry_after|expires_in|resend_in)": \d+', r'"\1": "seconds"'),
)


@dataclass
class Deployment:
    """The running stack in one mode of disclosure, with what is known of it from inside."""

    mode: str
    stack: Stack
    _auditor: Agent | None = None
    _proved_at: int = 0
    _looks: int = 0

    @functools.cached_property
    def services(self) -> Services:
        """The stack's own store and keys: they make people and cheap proofs of work, and let time pass."""
        organisation = settings.load(Path(self._known["ORGANISATION_FILE"]))
        return compose(self._known, organisation, self.client("dynamodb"), self.client("kms"))

    def client(self, service: str) -> Any:
        """A client of the engine that stands in AWS's place."""
        known = self._known
        return botocore.session.get_session().create_client(
            service, known["AWS_REGION"], endpoint_url=known["AWS_ENDPOINT_URL"],
            aws_access_key_id=known["AWS_ACCESS_KEY_ID"], aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip

    @functools.cached_property
    def _known(self) -> dict[str, str]:
        return json.loads((self.stack.state / "stack.json").read_text())

    def auditor(self) -> Agent:
        """Somebody who may read what happened; another one before the first has looked too often, or proved too long ago."""
        looking = Attacker(self)
        if self._looks % _LOOKS == 0 or looking.services.now > self._proved_at + _PROVED_FOR:
            self._auditor, self._proved_at = Agent(looking, "auditor").proved(), looking.services.now
        self._looks += 1
        return self._auditor


_NAMES = itertools.count(1_000_000)


class Attacker(World):
    """Somebody on a network of their own: a /24 of this machine, which to the stack is as good as any other."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__()
        self.deployment = deployment
        self.stack = deployment.stack
        self.begun: dict[str, str] = {}
        self.address = f"127.{1 + (self.number >> 8)}.{self.number & 255}.7"

    @property
    def services(self) -> Services:
        """What is known of the stack from inside."""
        return self.deployment.services

    @property
    def own(self) -> dict[str, str]:
        """What our own page sends with a request."""
        return {"content-type": "application/json", "origin": self.stack.origin}

    def request(
        self, method: str, path: str, body: str | bytes | None = None, *, headers: dict | None = None,
        address: str = "", session: str = "", browser: str = "", query: dict[str, str] | None = None, **_: Any,
    ) -> Answer:  # fmt: skip
        """One request on a connection of its own, from this attacker's network."""
        sent = dict(self.own if headers is None else headers)
        cookies = [f"__Host-{name}={value}" for name, value in (("session", session), ("browser", browser)) if value]
        if cookies:
            sent["cookie"] = "; ".join(cookies)
        target = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        status, pairs, content = exchange(
            self.stack.origin, method, target, body, sent.items(), address or self.address
        )
        told = dict(pairs)
        as_json = re.fullmatch(r"application/(problem\+)?json", told.get("content-type", "")) and content
        shown = json.loads(content) if as_json else {"text": content.decode(errors="replace")}
        given = tuple(value for name, value in pairs if name == "set-cookie")
        return Answer(status, shown, told, (), given)

    def start(self, user_id: str, purpose: str = "reset", **more: Any) -> Answer:
        """Begins a flow, and remembers whose it is."""
        answer = super().start(user_id, purpose, **more)
        self.begun[answer.body.get("reference", "")] = user_id
        return answer

    def nobody(self) -> str:
        """A user ID that nobody has, as long as those that somebody has. Its limits of today are plain too."""
        return plain_limits.nobody(self.services, iter(lambda: f"{self.name('x')}@contoso.example", None))

    def name(self, mark: str) -> str:
        """A user name that nobody else has, as long as all others."""
        return f"person{self.number}{mark}{next(_NAMES)}"

    def account_id(self) -> str:
        """An id whose limits of today are as they are written: others differ by a quarter (design, rule 3)."""
        return plain_limits.new_account_id(self.services)

    def real_proof(self) -> str:
        """A challenge as the page gets it, solved as the browser solves it: about half a second of work."""
        return solve(self.request("GET", "/api/challenge").body)

    # --- what happened ---------------------------------------------------------------------------

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """What has arrived at an address or number, oldest first."""
        return self.stack.messages(urllib.parse.quote(to))[::-1]

    def received(self, to: str, number: int = 1, holding: str = "") -> list[dict[str, Any]]:
        """The messages at a place, once there are so many that hold a text."""

        def arrived() -> list[dict[str, Any]]:
            found = [message for message in self.messages(to) if holding in message["subject"] + message["body"]]
            return found if len(found) >= number else []

        return until(arrived, every=0.1)

    def code(self, reference: str, sequence: int = 1, method: str = "email") -> str:
        """The code that a person finds in their mailbox or on their telephone."""
        if method in ("sms", "call-mobile"):
            return self.texted(self.account(self.begun[reference]).mobile_phone, sequence)
        until(
            lambda: sum(e["kind"] == "message-sent" for e in self.services.events.by_reference(reference)) >= sequence
        )
        letters = self.received("", sequence, holding=f"Reference: {reference}")
        return code_in(letters[sequence - 1]["body"])

    def texted(self, number: str, count: int = 1) -> str:
        """The code of the newest text or call to a number."""
        return code_in(self.received(number, count)[-1]["body"])

    def happened(self, user_id: str) -> list[str]:
        """The kinds of everything that was noted about a user ID, oldest first, as an auditor sees it."""
        kinds: list[str] = []
        query = {"account": user_id}
        while True:
            told = self.deployment.auditor().get("/events", **query)
            assert told.status == 200, told
            kinds += [event["kind"] for event in told.body["events"]]
            if not told.body["cursor"]:
                return kinds[::-1]
            query["cursor"] = told.body["cursor"]

    def story(self, reference: str) -> list[str]:
        """What happened under a reference, oldest first, as an auditor sees it."""
        told = self.deployment.auditor().get(f"/references/{reference}")
        assert told.status == 200, told
        return [line["kind"] for line in told.body["lines"]]

    def outcomes(self, references: Collection[str]) -> Counter[str]:
        """What became of the messages under these references."""
        return Counter(message["state"] for message in self._messages() if message["reference"] in references)

    def story_until(self, reference: str, kind: str, number: int = 1) -> list[str]:
        """The story of a reference, once something has happened so many times."""
        return until(lambda: (story := self.story(reference)).count(kind) >= number and story)

    # --- time ------------------------------------------------------------------------------------

    def age(self, flow: str, seconds: int) -> None:
        """Makes a flow as old as if so many seconds had passed: whoever waits needs no clock that can be moved."""
        _, subject, flow_id = self.services.recoveries.held(flow)
        client, table = self.services.store.client, self.services.recoveries.table
        key = marshal({"subject": subject, "record": f"flow#{flow_id}"})
        found = unmarshal(client.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"])
        for name in ("started_at", "expires_at"):
            found[name] -= seconds
        for live in found["codes"].values():
            for name in ("first_at", "last_at", "until"):
                live[name] -= seconds
        client.put_item(TableName=table, Item=marshal(found))

    def age_code(self, flow: str, left: int) -> None:
        """Makes a flow so old that its code is good for `left` more seconds."""
        _, subject, flow_id = self.services.recoveries.held(flow)
        sent = self.services.recoveries.key(subject, f"flow#{flow_id}")
        until = max(live["until"] for live in self.services.store.get(*sent)["codes"].values())
        self.age(flow, until - self.services.now - left)

    def lock(self, *user_ids: str) -> None:
        """Uses up the wrong passwords of all unknown browsers for these, whether there is such an account or not."""
        self._use_up(user_ids, sign_ins=((self.services.now // 3_600, 100),))

    def lengthen(self, *user_ids: str) -> None:
        """Uses up the wrong proofs of all unknown browsers for these: codes are long."""
        self._use_up(user_ids, proofs=dict.fromkeys(guess_budget.GROUPS, ((self.services.now // 3600, 100),)))

    def _use_up(self, user_ids: Iterable[str], **counts: Any) -> None:
        services = self.services
        for user_id in user_ids:
            subject = self.subject(user_id)
            throttle = recoveries.throttle(services.store.get(*services.recoveries.key(subject, "throttle")))
            used = replace(throttle, **counts)
            services.store.commit([services.recoveries.throttle_write(subject, used, services.now)])

    def fail(self, address: str, times: int, what: str = "proof-failure") -> Callable[[], None]:
        """Counts so many failures of a network in this window, and in the next one; answers what takes that back."""
        network, limits, client = rate_limits.network(address), self.services.rate_limits, self.services.store.client
        keys = [limits.key(what, network, self.services.now + later, WINDOW) for later in (0, WINDOW)]
        before = [client.get_item(TableName=table, Key=marshal(key)).get("Item") for table, key in keys]
        for (table, key), found in zip(keys, before, strict=True):
            count = times + int(found["count"]["N"] if found else 0)
            item = marshal({**key, "count": count, "purge_at": self.services.now + 2 * WINDOW})
            client.put_item(TableName=table, Item=item)

        def undo() -> None:
            for (table, key), found in zip(keys, before, strict=True):
                client.delete_item(TableName=table, Key=marshal(key))
                if found:
                    client.put_item(TableName=table, Item=found)

        return undo

    def alter(self, user_id: str, **changes: Any) -> None:
        """Changes an account behind the service's back, as a directory would."""
        self.change(self.account(user_id), **changes)


def exchange(
    origin: str, method: str, target: str, body: str | bytes | Iterable[bytes] | None = None,
    headers: Iterable[tuple[str, str]] = (), address: str = "",
) -> tuple[int, list[tuple[str, str]], bytes]:  # fmt: skip
    """One request as it is, with these headers in this order. Follows nothing, decodes nothing."""
    host = urllib.parse.urlsplit(origin)
    connection = http.client.HTTPConnection(
        host.hostname, host.port, timeout=30, source_address=(address, 0) if address else None
    )
    pairs = list(headers)
    names = {name.lower() for name, _ in pairs}
    content = body.encode() if isinstance(body, str) else body
    try:
        connection.putrequest(method, target, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in pairs:
            connection.putheader(name, value)
        chunked = content is not None and not isinstance(content, bytes)
        if chunked:
            connection.putheader("transfer-encoding", "chunked")
        elif "content-length" not in names and (content or method in ("POST", "PUT", "PATCH")):
            connection.putheader("content-length", str(len(content or b"")))
        connection.endheaders(content, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, [(name.lower(), value) for name, value in answer.getheaders()], answer.read()
    finally:
        connection.close()


def together(times: int, action: Callable[[int], Answer], threads: int = 32) -> list[Answer]:
    """The answers to many requests at once, with real threads and sockets."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(action, range(times)))


def alike(answers: Mapping[Any, Answer]) -> Answer:
    """What all of these answers are, once chance and a few seconds are taken out of them."""
    shapes = {who: without_chance(answer) for who, answer in answers.items()}
    assert len(set(shapes.values())) == 1, shapes
    for name in ("retry_after", "expires_in", "resend_in"):
        waits = [answer.body.get(name, 0) for answer in answers.values()]
        assert max(waits) - min(waits) <= _SECONDS, (name, waits)
    return next(iter(answers.values()))


def without_chance(answer: Answer) -> tuple[int, str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """An answer without what is random or a time: status, body, headers and cookies; kinds and lengths stay."""
    body = json.dumps(answer.body, ensure_ascii=False, sort_keys=True)
    for pattern, shown in _CHANCE:
        body = re.sub(pattern, shown, body)
    kept = sorted((name, value) for name, value in answer.headers.items() if name != "date")
    headers = tuple((name, "seconds" if name == "retry-after" else value) for name, value in kept)
    cookies = tuple(re.sub(r"=[\w-]{43};", "=a token of 43;", cookie) for cookie in answer.cookies)
    return answer.status, body, headers, cookies

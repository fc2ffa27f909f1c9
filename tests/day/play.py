"""What happens on the day, one thing after the other: each is somebody's morning, and leaves something to count."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.day.inviting import Invited, Inviting
from tests.day.organisation import FIRST, Organisation
from tests.load.attack import _AT_ONCE, Flood, Owner
from tests.waiting import until

_OFFICE = "127.99.99.9"
"""The address that everybody at work has."""


@dataclass
class Done:
    """What was done, by user ID, for the end to count; and whatever must not have happened."""

    resets: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    repudiated: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    invited: Invited = field(default_factory=Invited)
    told_directory_is_down: int = 0
    attacks: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Day:
    """Plays the day. `seconds` is about how long the attack and the pauses take; the rest takes what it takes."""

    def __init__(self, organisation: Organisation, seconds: float) -> None:
        self.here, self.seconds, self.done = organisation, seconds, Done()
        self._staff, self._plant = iter(organisation.staff), iter(organisation.plant)
        self._share = max(1, len(organisation.everybody) // 15)
        self._inviting = Inviting(organisation)
        self.done.invited = self._inviting.done

    def play(self) -> Done:
        """The whole day, in order."""
        for name, happens in (
            ("Morning: imports and provisioning", self.morning),
            ("Monday’s rush from one address", self.rush),
            ("Attack from 200 networks", self.attack),
            ("A directory that does not answer", self.directory_fails),
            ("An invitation is begun, then stopped", self.invitations),
            ("Deployment", self.deployment),
            ("The invitation is resumed, and people register", self.answers_to_invitations),
            ("Requests for help", self.help_requests),
            ("“This was not me”", self.repudiation),
            ("Somebody leaves", self.leaver),
            ("Reminders, and the deadline", self.invitations_end),
        ):
            begun = time.monotonic()
            happens()
            self.done.seconds[name] = time.monotonic() - begun
        return self.done

    def morning(self) -> None:
        """Two people are in the new people file. Two come from the identity provider, and choose their first password."""
        self.here.import_more(2)
        self._all_get_in(self.here.provision_more(2))

    def rush(self) -> None:
        """On Monday people of one office have forgotten their passwords, all at once from one address."""
        people = self._next(2 * self._share, self._share)
        for person in people:
            person.address = _OFFICE
            self._wrong_password(person)
        self._all_get_in(people)

    def attack(self) -> None:
        """200 networks use up what can be used up, against people who get back in meanwhile."""
        victims = self._next(self._share, self._share)
        for known in victims[::2]:
            known.browser = known.world.sign_in(known.user_id, FIRST, address=known.address).browser
        with self._flood(victims):
            time.sleep(self.seconds * 0.2)
            self._all_get_in(victims)
            time.sleep(self.seconds * 0.1)

    def directory_fails(self) -> None:
        """The plant's directory answers nobody for a while. People are told so, and get in when it does again."""
        people = self._next(0, self._share)
        self.here.pause_directory()
        try:
            for person in people:
                started = person._ask("reset/start", user_id=person.user_id)
                self.done.told_directory_is_down += started.code == "directory-did-not-answer"
            time.sleep(self.seconds * 0.05)
        finally:
            self.here.resume_directory()
        self._all_get_in(people)

    def invitations(self) -> None:
        """The branch is invited to register. After the first mails the administrator stops it."""
        self._inviting.begin()
        self.done.left.append(self.here.turned_off.user_id)

    def deployment(self) -> None:
        """Everything is started anew between somebody's code and their new password, and amid the invitation's mails."""
        people = self._next(self._share, 0)
        proved = [(person, self._prove(person)) for person in people]
        self.here.restart(notify={"invitations_per_hour": 60_000})
        for person, flow in proved:
            self._finish(person, flow)

    def answers_to_invitations(self) -> None:
        """The invitation goes on, and every second person of the branch registers."""
        self._inviting.go_on()

    def invitations_end(self) -> None:
        """The others are reminded. When the deadline has passed, they must register at their next sign-in."""
        self._inviting.end()

    def help_requests(self) -> None:
        """People who are stuck ask for help, one of them twice. It is one request for the desk, and mail each time."""
        for person in (*(people := self._next(self._share, 0)), people[0]):
            asked = person._ask(
                "contact/administrator", user_id=person.user_id, reply_to=person.mailbox, proof=person.world.proof()
            )
            self._expect(asked.status == 202, f"help: {asked.status} {asked.code}")
            self.done.asked.append(person.user_id)

    def repudiation(self) -> None:
        """A stranger who reads somebody's mail has reset their password. The owner opens the link, and gets help."""
        (person,) = self._next(1, 0)
        self._finish(person, self._prove(person))
        notice = person.world.received(person.mailbox, holding="turn your account off now")[-1]
        token = re.search(r"/not-me/#([\w-]+)", notice["body"])[1]
        said = person.world.post("/api/account/secure", {"token": token})
        self._expect(said.status == 200, f"repudiation: {said.status} {said.code}")
        self._expect(not self._signs_in(person), f"{person.user_id} is in after saying that it was not them")
        turned_on = self.here.desk().do(f"/accounts/{person.user_id}/enable", {"keep": ["entered"]})
        self._expect(turned_on.status == 200, f"turned on: {turned_on.status} {turned_on.code}")
        self.done.repudiated.append(person.user_id)
        self._all_get_in([person])

    def leaver(self) -> None:
        """Somebody leaves, and the identity provider says so: neither their session nor their password opens anything."""
        (person,) = self._next(1, 0)
        self._all_get_in([person])
        session = person.world.sign_in(person.user_id, self._password(person), address=person.address).session
        patch = {"op": "replace", "path": "active", "value": False}
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [patch]}
        self.here.provision("PATCH", self.here.resource(person.user_id), body)
        self.done.left.append(person.user_id)
        shown = person.world.request("GET", "/api/account", session=session)
        self._expect(shown.status == 401, f"the session of who left: {shown.status}")
        self._expect(not self._signs_in(person), f"{person.user_id} has left, and signs in")

    # --- what people do ----------------------------------------------------------------------------

    def _next(self, staff: int, plant: int) -> list[Owner]:
        """People to whom nothing has happened yet."""
        return [next(self._staff) for _ in range(staff)] + [next(self._plant) for _ in range(plant)]

    def _all_get_in(self, people: list[Owner]) -> None:
        with ThreadPoolExecutor(4) as pool:
            for person, future in [(person, pool.submit(person.get_in)) for person in people]:
                self._note(person, future)

    def _note(self, person: Owner, future: Future[float]) -> None:
        try:
            future.result()
        except AssertionError as late:
            self.done.wrong.append(str(late))
        else:
            self.done.resets.append(person.user_id)

    def _prove(self, person: Owner) -> str:
        started = person._ask("reset/start", user_id=person.user_id)
        flow = started.body["flow"]
        self._expect(person._ask("reset/send", flow=flow, method="email").status == 202, "no code was sent")
        code = until(lambda: person._read(started.body["reference"]))
        verified = person._ask("reset/verify", flow=flow, method="email", code=code)
        self._expect(verified.status == 200, f"proof: {verified.status} {verified.code}")
        return str(flow)

    def _finish(self, person: Owner, flow: str) -> None:
        done = person._ask("reset/finish", flow=flow, new_password=self._password(person))
        self._expect(done.status == 200, f"{person.user_id}, finish: {done.status} {done.code}")
        self._expect(self._signs_in(person), f"{person.user_id} does not get in after a reset")
        self.done.resets.append(person.user_id)

    def _wrong_password(self, person: Owner) -> None:
        person._ask("account/sign-in", user_id=person.user_id, password="something that I remember")

    def _signs_in(self, person: Owner) -> bool:
        answer = person.world.sign_in(
            person.user_id, self._password(person), address=person.address, browser=person.browser
        )
        return answer.status == 200

    @staticmethod
    def _password(person: Owner) -> str:
        return person.new_password

    @contextmanager
    def _flood(self, victims: list[Owner]) -> Iterator[None]:
        networks = [f"127.{200 + number // 250}.{number % 250}.9" for number in range(200)]
        flood = Flood(self.here.deployment, [each.user_id for each in victims], networks)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            running = [pool.submit(flood.run, number) for number in range(_AT_ONCE)]
            try:
                yield
            finally:
                flood.ended.set()
            for each in running:
                each.result()
        self.done.attacks = dict(flood.answers)

    def _expect(self, true: bool, otherwise: str) -> None:
        if not true:
            self.done.wrong.append(otherwise)

"""Whether people of a directory can be told from nobody over HTTP, by what is answered or by how long it takes (B1).

`python -m tests.directories.sameness` measures 1,000 and 1,000 on both servers, as a part of `make abuse`.
"""

import argparse
import contextlib
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from local.directories import samba, slapd
from local.directories.running import bring_up_loopback
from regain.directories.base import Outcome
from regain.organisation.file import read
from tests.abuse.client import Attacker, Deployment
from tests.abuse.enumeration import Step
from tests.conftest import ROOT, launch, ready
from tests.directories.worlds import ActiveDirectoryWorld, OpenLdapWorld

PASSWORD = "the First password 1"
AT_ONCE = 4
"""As many as a function has processes: more would wait in a queue, and their times would say nothing."""
GUESSES = 4
"""Wrong passwords of one ordinary person: the fifth would lock them."""
ASKED = 40
"""Wrong passwords of one person in another state: after fifty from everywhere any user ID, nobody's too, is answered
differently."""
EVERY_GUESS = {"lockout_threshold": 1_000}
"""Every guess is asked about: that is what takes time."""
LIMITS = {"accounts": 10_000_000, "starts_per_network": 100_000, "failures_per_network": 100_000}
"""Those of networks would end the measurement."""
FAILED = 0.01
"""The share of answers that a busy machine may turn into a 500 or 503. They are counted, and not compared."""
MOST_ERRORS = 9
_numbers = itertools.count(1)


@dataclass
class Asked(Step):
    """A step with the answers that failed."""

    failed: list = field(default_factory=list)

    @property
    def alike(self):
        """Whether people and nobody got the same answers."""
        return super().alike and len(self.failed) <= FAILED * (len(self.known) + len(self.unknown))


@contextlib.contextmanager
def serving(world, folder, **settings):
    """The stack in front of a real directory, as an organisation runs it that has its own, with these `settings`."""
    running = world.running
    content = msgspec.to_builtins(read(ROOT / "organisation.yaml"))
    ldap = {
        "kind": running.kind, "url": [running.url], "base": running.base, "user_id": list(world.user_id),
        "service_account": running.service_account, "ca": running.certificate.ca_file.read_text(),
        **settings,
    }  # fmt: skip
    content["domains"] = {"contoso.example": {"directory": "ldap", "ldap": ldap}}
    content["limits"] |= LIMITS
    (folder / "site").mkdir(parents=True)
    (folder / "organisation.yaml").write_bytes(msgspec.json.encode(content))
    os.environ["REGAIN_DIRECTORY_SECRET"] = running.service_password
    try:
        stack = launch(
            folder / "state", folder / "site", "--organisation", str(folder / "organisation.yaml"), warm=True
        )
    finally:
        del os.environ["REGAIN_DIRECTORY_SECRET"]
    yield from ready(stack)


def people(world, pairs):
    """Whom to ask for, as often as there are pairs: half of them ordinary people, the others in every state."""
    ordinary = [world.person(PASSWORD, f"known{next(_numbers)}") for _ in range(-(-pairs // (2 * GUESSES)))]
    asked = [*ordinary * GUESSES][: pairs // 2]
    others = pairs - len(asked)
    odd = [each for _ in range(-(-others // (4 * ASKED))) for each in _in_every_state(world)]
    return [*asked, *itertools.islice(itertools.cycle(odd), others)]


def _in_every_state(world):
    """Somebody locked, disabled, expired, and with a password that must be changed."""
    found = [world.person(PASSWORD, f"known{next(_numbers)}") for _ in range(4)]
    locked, disabled, expired, must_change = found
    for _ in range(6):
        with contextlib.suppress(Outcome):
            world.directory.verify(locked, locked.user_id, "a wrong password")
    world.disable(disabled)
    world.must_change(must_change)
    if isinstance(world, ActiveDirectoryWorld):
        world.expire(expired)
    else:
        world.expire_password(expired, PASSWORD)
    return found


def measure(world, stack, pairs):
    """The steps before a proof, for people of a world in every state and for nobody."""
    return compare(stack, [person.user_id for person in people(world, pairs)])


def compare(stack, user_ids):
    """The steps before a proof, for these user IDs and for as many that nobody has, in an order drawn by chance."""
    deployment, chance = Deployment("private", stack), random.Random(len(user_ids))
    maker = Attacker(deployment)
    known = [(True, user_id) for user_id in user_ids]
    everybody = [*known, *((False, f"known{9_000 + next(_numbers)}@contoso.example") for _ in user_ids)]
    chance.shuffle(everybody)
    proofs = [maker.proof() for _ in everybody]

    def ask(step):
        measured = Asked()
        begun = [(*each, proof, number) for number, (each, proof) in enumerate(zip(everybody, proofs, strict=True))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            warm = [(False, f"warm{number}@contoso.example", maker.proof(), number) for number in range(2 * AT_ONCE)]
            list(pool.map(lambda one: _asked(maker, step, *one[1:]), warm))
            for (is_known, *_), (seconds, answer) in zip(
                begun, pool.map(lambda one: _asked(maker, step, *one[1:]), begun), strict=True
            ):
                if answer.status >= 500:
                    measured.failed.append((is_known, answer.code))
                else:
                    measured.note(is_known, 0, seconds, answer)
        return measured

    with ThreadPoolExecutor(2) as both:  # they are answered by different functions
        steps = ("start", "sign-in")
        return dict(zip(steps, both.map(ask, steps), strict=True))


def _asked(maker, step, user_id, proof, number):
    if step == "start":
        path, body = "/api/reset/start", {"user_id": user_id, "proof": proof}
    else:
        path, body = "/api/account/sign-in", {"user_id": user_id, "password": f"wrong-Password-{number}"}
    text, address = msgspec.json.encode(body), f"127.{64 + number // 250}.{number % 250}.7"
    begun = time.perf_counter()
    answer = maker.request("POST", path, text, address=address)
    return time.perf_counter() - begun, answer


def main() -> int:
    """Returns 2 where times or answers tell people from nobody."""
    parser = argparse.ArgumentParser(prog="python -m tests.directories.sameness", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--tries", type=int, default=3, help="other work on the machine does not come twice")
    arguments = parser.parse_args()
    bring_up_loopback()
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        worlds = ((OpenLdapWorld, slapd, "OpenLDAP"), (ActiveDirectoryWorld, samba, "Active Directory"))
        for make, server, title in worlds:
            world = make(server.start(folder / title.replace(" ", "-")))
            try:
                good = _measured(world, folder, title, arguments) and good
            finally:
                world.stop()
    return 0 if good else 2


def _measured(world, folder, title, arguments):
    for attempt in range(arguments.tries):
        own = folder / f"{world.running.kind}-{attempt}"
        with serving(world, own, **EVERY_GUESS) as stack:
            steps = measure(world, stack, arguments.pairs)
        held = shown(title, steps)
        if any(step.failed for step in steps.values()):
            logs = sorted((own / "state" / "log").glob("*.log"))
            errors = [line for log in logs for line in log.read_text().splitlines() if '"ERROR"' in line]
            sys.stdout.write("".join(f"{'':17} {line}\n" for line in errors[:MOST_ERRORS]))
        if held:
            return True
    return False


def shown(title, steps):
    """Prints what was found. Whether nobody can be told from people."""
    for step, found in steps.items():
        medians = [statistics.median(times) * 1_000 for times in (found.known, found.unknown)]
        same = "equal" if found.alike else "DIFFERENT"
        sys.stdout.write(
            f"{title:17} {step:8} {len(found.known):5,} + {len(found.unknown):5,}  answers {same}"
            f"  medians {medians[0]:.0f}, {medians[1]:.0f} ms  AUC {found.auc:.3f}  failed {found.failed}\n"
        )
        for answer in found.known_answers ^ found.unknown_answers:
            sys.stdout.write(f"{'':17} only {'people' if answer in found.known_answers else 'nobody'}: {answer}\n")
    return all(0.45 <= each.auc <= 0.55 and each.alike for each in steps.values())


if __name__ == "__main__":
    sys.exit(main())

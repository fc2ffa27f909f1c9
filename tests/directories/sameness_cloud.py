"""Whether people of a user pool or a tenant can be told from nobody over HTTP, by answers or by time (B1).

`python -m tests.directories.sameness_cloud` measures 1,000 and 1,000 for each kind, as a part of `make abuse`. What runs at
Amazon and Microsoft is a stand-in here: how long they themselves take for whom nobody can see, only that whole steps hide it.
"""

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

import boto3
import msgspec

from local.directories.entra_tenant import Tenant
from regain.directories.cognito import CognitoDirectory
from regain.domain.cognito import Cognito
from regain.organisation.file import read
from tests.conftest import ROOT, launch, ready
from tests.directories import states
from tests.directories.sameness import LIMITS, compare, shown
from tests.directories.worlds import CognitoWorld

ONCE = 2
"""How often one person is asked about: the third guess of a stranger is not passed on to a pool that locks after five."""
DOMAIN = "contoso.example"


class ServedPool(CognitoWorld):
    """The user pool of a running stack."""

    def __init__(self, told):
        self.domain, self.pool, self.client, self.passwords = DOMAIN, told["pool"], told["client"], {}
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.api = boto3.client("cognito-idp", endpoint_url=told["endpoint"], region_name=told["region"], **keys)
        self.directory = CognitoDirectory(Cognito(self.pool, self.client), 15, lambda: self.api, lambda: self.api)


@contextlib.contextmanager
def serving(kind, folder, rounds):
    """The stack as `make serve DIRECTORY=` starts it, and so many user IDs of people in every state."""
    content = msgspec.to_builtins(read(ROOT / "organisation.yaml"))
    content["limits"] |= LIMITS
    (folder / "site").mkdir(parents=True)
    (folder / "state").mkdir()
    (folder / "organisation.yaml").write_bytes(msgspec.json.encode(content))
    made = []
    if kind == "entra":
        tenant = Tenant(folder / "state" / "directory-entra.json")
        made = [states.in_a_tenant(tenant, DOMAIN) for _ in range(rounds)]
        tenant.save()
    options = ("--organisation", str(folder / "organisation.yaml"), "--directory", kind)
    for stack in ready(launch(folder / "state", folder / "site", *options, warm=True)):
        if kind == "cognito":
            pool = ServedPool(json.loads((stack.state / "directory.json").read_text()))
            made = [states.in_a_pool(pool) for _ in range(rounds)]
        yield stack, [user_id for ids in made for state, user_id in ids.items() if state != "nobody"]


def main() -> int:
    """Returns 2 where times or answers tell people from nobody."""
    parser = argparse.ArgumentParser(prog="python -m tests.directories.sameness_cloud", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--tries", type=int, default=3, help="other work on the machine does not come twice")
    arguments = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as name:
        for kind, title in (("cognito", "Cognito"), ("entra", "Entra ID")):
            for attempt in range(arguments.tries):
                with serving(kind, Path(name) / f"{kind}-{attempt}", -(-arguments.pairs // (6 * ONCE))) as (stack, ids):
                    steps = compare(stack, [*ids * ONCE][: arguments.pairs])
                held = shown(title, steps)
                if held:
                    break
            good = good and held
    return 0 if good else 2


if __name__ == "__main__":
    sys.exit(main())

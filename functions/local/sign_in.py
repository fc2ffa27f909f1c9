"""`make serve SIGN_IN=oidc`: a certified OpenID provider (the npm package oidc-provider) that knows the demo people."""

import contextlib
import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from local.directory import Served
from local.engine import EngineError
from local.listening import free_port
from regain.adapters.openid import LOCAL_SECRET
from regain.domain.provider import Claims, Oidc, SecondFactor, SignIn
from regain.organisation.settings import Organisation
from regain.people.rows import Person

FUNCTION = "AccountFunction"
DESCRIPTION = "provider.json"
_PROGRAM = Path(__file__).parent / "openid" / "provider.mjs"
_CLIENT = "regain"


def with_provider(
    organisation: Organisation, kind: str, issuer: str = "http://localhost", site: str = ""
) -> Organisation:
    """The organisation whose people sign in with the served provider; without a kind, as it is."""
    if not kind:
        return organisation
    oidc = Oidc(
        issuer, _CLIENT, name="the demo provider", claims=Claims(groups="groups"),
        roles={"administrator": "regain-admins"}, second_factor=SecondFactor(amr=("mfa",)),
    )  # fmt: skip
    about = replace(organisation.organisation, site_url=site or organisation.organisation.site_url)
    return msgspec.structs.replace(organisation, organisation=about, sign_in=SignIn(oidc))


@dataclass
class Provider:
    """The provider's process. It ends when its standard input closes, and so with its parent process."""

    process: subprocess.Popen[str]

    def stop(self) -> None:
        """Ends it."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def start(settings: dict[str, Any], log: Path) -> Provider:
    """Starts the provider, and waits until it listens. Raises EngineError."""
    node = shutil.which("node")
    if not node or not (_PROGRAM.parent / "node_modules").is_dir():
        raise EngineError("the OpenID provider is not installed: `make serve SIGN_IN=oidc` installs it")
    with log.open("w") as errors:
        process = subprocess.Popen(
            [node, _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    provider = Provider(process)
    if process.stdin and process.stdout:
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
        if process.stdout.readline().strip() == "ready":
            return provider
    provider.stop()
    raise EngineError(f"the OpenID provider does not start: see {log}")


@contextlib.contextmanager
def served(kind: str, state: Path, port: int, stack: Served, people: list[Person]) -> Iterator[Served]:
    """The stack with the provider, which is stopped in the end. Raises EngineError, if it does not start."""
    if not kind:
        yield stack
        return
    own, secret = free_port(), secrets.token_urlsafe(24)
    site, issuer = f"http://localhost:{port}", f"http://localhost:{own}"
    known = {
        person.account.user_id: {
            "password": person.password, "name": person.account.display_name, "groups": list(person.account.groups),
        }
        for person in people
        if person.password
    }  # fmt: skip
    settings = {
        "port": own, "client": _CLIENT, "secret": secret, "people": known,
        "redirects": [f"{origin}/api/account/oidc/callback" for origin in (site, f"http://127.0.0.1:{port}")],
        "logout": f"{site}/api/account/oidc/logout",
    }  # fmt: skip
    state.mkdir(parents=True, exist_ok=True)
    provider = start(settings, state / "provider.log")
    description = {"issuer": issuer, "client": _CLIENT, "secret": secret}
    (state / DESCRIPTION).write_text(json.dumps(description, indent=2))
    greeting = (
        f"sign-in  OpenID provider at {issuer} (oidc-provider, certified): real, with {len(known)} people and their",
        f"         passwords above; the second factor that it attests is only a box to tick; {state}/{DESCRIPTION}",
    )
    try:
        yield replace(
            stack, organisation=with_provider(stack.organisation, kind, issuer, f"{site}/"),
            for_account={LOCAL_SECRET: secret}, greeting=(*stack.greeting, *greeting),
        )  # fmt: skip
    finally:
        provider.stop()
        (state / DESCRIPTION).unlink(missing_ok=True)

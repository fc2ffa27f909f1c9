"""A signed-in person, as tests use the account API."""

import json
from dataclasses import replace

import pyotp

from regain.adapters import security_info
from regain.domain import codes


def answers(*pairs):
    return [{"question": question, "answer": answer} for question, answer in pairs]


GOOD = answers(("q01", "Port Talbot"), ("q02", "Ærlig"), ("What was on my first mug?", "two herons"))


OWN = {
    "content-type": "application/json",
    "host": "help.contoso.example",
    "origin": "https://help.contoso.example",
}
"""What our own page sends with a request."""


class Person:
    """Somebody signed in, with what they see and do.

    Step-up authentication is behind them, unless `password_only`: tests of other things need not go through it.
    """

    def __init__(self, world, password_only=False, **changes):
        self.world = world
        self.account = world.person(**changes)
        self.session = world.sign_in(self.account.user_id).session
        if not password_only:
            self.step_up()

    @classmethod
    def signed_in(cls, world, account, session):
        """The owner of an account, in a session that there is."""
        person = cls.__new__(cls)
        person.world, person.account, person.session = world, account, session
        return person

    def step_up(self):
        """Has this session proved who it is, without a proof."""
        services = self.world.services
        _, subject, session_id = services.recoveries.held(self.session)
        seen = services.sessions.from_item(services.store.get(*services.sessions.key(subject, session_id)))
        services.store.commit([services.sessions.write(subject, replace(seen, stepped_up_at=services.now))])

    def info(self):
        """What is registered, as it is stored."""
        services = self.world.services
        subject = services.recoveries.subject(self.account.id)
        return security_info.from_item(services.store.get(*services.security_infos.key(subject)))

    def change_info(self, **changes):
        """Changes what is stored of the security info."""
        services = self.world.services
        subject = services.recoveries.subject(self.account.id)
        services.store.commit([services.security_infos.write(subject, replace(self.info(), **changes))])

    def prove(self, method, code="", **proof):
        """Proves with one method, before a change of security info. Answers what `verify` does."""
        begun = self.post("prove/start")
        if begun.status != 201:
            return begun
        flow = begun.body["flow"]
        if not code and not proof:
            assert self.post("prove/send", flow=flow, method=method).status == 202
            code = self.world.code(begun.body["reference"], method=method)
        return self.post("prove/verify", flow=flow, method=method, code=code, **proof)

    def call(self, method, path, body=None):
        text = None if body is None else json.dumps(body)
        return self.world.request(method, f"/api/account/methods{path}", text, session=self.session)

    def get(self, path, accept="en"):
        """One's own account, or a part of it, in a language."""
        where = f"/api/account{f'/{path}' if path else ''}"
        return self.world.request(
            "GET", where, headers={**self.world.own, "accept-language": accept}, session=self.session
        )

    def post(self, path, accept="en", **body):
        """A change of one's own account, from a page in a language."""
        headers = {**self.world.own, "accept-language": accept}
        text = json.dumps(body)
        return self.world.request("POST", f"/api/account/{path}", text, headers=headers, session=self.session)

    def view(self):
        return self.call("GET", "").body

    def places(self):
        return [(each["kind"], each.get("place", "")) for each in self.view()["methods"]]

    def register(self, kind, **more):
        return self.call("POST", "", {"kind": kind, **more})

    def confirm(self, pending, **proof):
        return self.call("POST", f"/{pending}/confirm", proof)

    def remove(self, method_id):
        return self.call("DELETE", f"/{method_id}")

    def code(self, to):
        """The code of the newest message to a place, as `notify` derives it."""
        found = self.world.outbox_of(self.account.user_id)
        (facts,) = [message["facts"] for message in found if (message["kind"], message["to"]) == ("code", to)]
        key = self.world.services.keys.derive("registration")
        return codes.derive(key, facts["flow"], "register", facts["method"], 1, facts["digits"])

    def registered(self, kind, contact):
        begun = self.register(kind, contact=contact).body
        return self.confirm(begun["id"], code=self.code(begun["place"]))

    def app(self):
        """An authenticator app, registered."""
        begun = self.register("authenticator").body
        app = pyotp.TOTP(begun["secret"])
        assert self.confirm(begun["id"], code=app.at(self.world.services.now)).status == 200
        return app

    def events(self):
        return [event["kind"] for event in self.world.events(self.account.user_id)]

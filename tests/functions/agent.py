"""A signed-in agent with a role, as tests use the administration API."""

import pyotp

from tests.codes import earlier_code
from tests.functions.person import Person


class Agent(Person):
    """A signed-in person with a role, who has an authenticator app."""

    def __init__(self, world, role="administrator", **changes):
        super().__init__(world, role=role, **changes)
        begun = self.register("authenticator").body
        self.own_app = pyotp.TOTP(begun["secret"])
        assert self.confirm(begun["id"], code=earlier_code(self.own_app, spare=0.5)).status == 200
        self.change_info(agreed=("authenticator",))

    def proved(self):
        """The agent, with a second factor given a moment ago."""
        assert self.prove().status == 200
        return self

    def get(self, path="", **query):
        return self.world.request("GET", f"/api/admin{path}", session=self.session, query=query)

    def do(self, path, body=None, method="POST"):
        if method == "DELETE":
            return self.world.request("DELETE", f"/api/admin{path}", session=self.session)
        return self.world.post(f"/api/admin{path}", body or {}, session=self.session)

    def prove(self, code=""):
        """Gives the second factor."""
        flow = self.do("/prove/start").body["flow"]
        proof = {"flow": flow, "method": "authenticator", "code": code or self.own_app.at(self.world.services.now)}
        return self.do("/prove/verify", proof)

    def over(self, person, act, body=None, method="POST"):
        """An act over somebody's account."""
        return self.do(f"/accounts/{person.user_id}/{act}", body, method)

    def look(self, person):
        return self.get(f"/accounts/{person.user_id}")

    def caller(self, person, method="email"):
        """Lets somebody on the telephone prove who they are; answers the flow."""
        begun = self.over(person, "caller/start").body
        sent = self.over(person, "caller/send", {"flow": begun["flow"], "method": method})
        assert sent.status == 202
        code = self.world.code(begun["reference"], method=method)
        proof = {"flow": begun["flow"], "method": method, "code": code}
        assert self.over(person, "caller/verify", proof).status == 200
        return begun["flow"]

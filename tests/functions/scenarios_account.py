"""Scenarios of the account API and of security info: see `scenarios.py`."""

from typing import Any

from regain.adapters.password_hash import hash_password
from regain.api import contract
from tests.functions.conftest import Answer, World
from tests.functions.person import GOOD, Person
from tests.functions.scenarios import NEW, Steps, scenario
from tests.functions.test_proofs import KINDS, Owner
from tests.functions.test_repudiation import changed, secure

# --- One's own account -----------------------------------------------------------------------------


@scenario(contract.SIGN_IN)
def sign_in(world: World, clock: Any) -> Steps:
    user_id = world.person().user_id
    yield lambda: world.sign_in(user_id)
    yield lambda: world.sign_in(user_id)


@scenario(contract.SIGN_IN)
def sign_in_with_an_imported_password(world: World, clock: Any) -> Steps:
    """The step also writes the hash anew, with the pepper."""
    user_id = world.person(password=hash_password(world.password, None)).user_id
    yield lambda: world.sign_in(user_id)
    yield lambda: world.sign_in(user_id)


@scenario(contract.SIGN_IN, 401, code="wrong-user-id-or-password")
def sign_in_with_a_wrong_password(world: World, clock: Any) -> Steps:
    user_id = world.person().user_id
    yield lambda: world.sign_in(user_id, "not this one")
    yield lambda: world.sign_in(user_id)


@scenario(contract.SIGN_IN, 401, code="wrong-user-id-or-password", events=("sign-in-locked",))
def the_tenth_wrong_password(world: World, clock: Any) -> Steps:
    user_id = world.person().user_id
    for number in range(9):
        world.sign_in(user_id, f"wrong-{number}")
    yield lambda: world.sign_in(user_id, "not this one")
    yield lambda: clock.shift(61) or world.sign_in(user_id)


@scenario(contract.SIGN_OUT)
def sign_out(world: World, clock: Any) -> Steps:
    session = world.sign_in(world.person().user_id).session
    yield lambda: world.post("/api/account/sign-out", session=session)
    yield lambda: world.post("/api/account/sign-out", session=session)


@scenario(contract.ACCOUNT, may_be_overtaken=True)
def look_at_the_account(world: World, clock: Any) -> Steps:
    session = world.sign_in(world.person().user_id).session
    clock.shift(61)
    yield lambda: world.request("GET", "/api/account", session=session)
    yield lambda: world.request("GET", "/api/account", session=session)


@scenario(contract.PASSWORD, events=("password-changed",), messages=("password-changed",) * 2)
def change_the_password(world: World, clock: Any) -> Steps:
    person = world.person()
    session = world.sign_in(person.user_id).session
    body = {"current_password": world.password, "new_password": NEW}
    yield lambda: world.post("/api/account/password", body, session=session)
    yield lambda: world.sign_in(person.user_id, NEW)


@scenario(contract.PASSWORD, 422, code="wrong-current-password")
def change_the_password_with_a_wrong_one(world: World, clock: Any) -> Steps:
    session = world.sign_in(world.person().user_id).session
    body = {"current_password": "not this one", "new_password": NEW}
    yield lambda: world.post("/api/account/password", body, session=session)
    yield lambda: world.post("/api/account/password", {**body, "current_password": world.password}, session=session)


@scenario(contract.CHOOSE_LANGUAGE, events=("language-chosen",))
def choose_a_language(world: World, clock: Any) -> Steps:
    session = world.sign_in(world.person().user_id).session
    yield lambda: world.post("/api/account/language", {"language": "de"}, session=session)
    yield lambda: world.post("/api/account/language", {"language": "fr"}, session=session)


@scenario(contract.END_SESSION)
def end_another_session(world: World, clock: Any) -> Steps:
    person = world.person()
    session = world.sign_in(person.user_id).session
    world.sign_in(person.user_id)
    seen = world.request("GET", "/api/account", session=session).body["sessions"]
    other = next(each["id"] for each in seen if not each["current"])
    yield lambda: world.post("/api/account/sessions/end", {"session": other}, session=session)
    yield lambda: world.post("/api/account/sessions/end", {"session": other}, session=session)


@scenario(
    contract.REPUDIATE,
    events=("account-secured",),
    messages=("account-secured",) * 2 + ("account-secured-administrators",),
)
def this_was_not_me(world: World, clock: Any) -> Steps:
    person = world.person()
    token = changed(world, person)
    yield lambda: secure(world, token)
    yield lambda: secure(world, token) if world.account(person.user_id).enabled else world.start(person.user_id)


# --- Security info ---------------------------------------------------------------------------------


@scenario(contract.METHODS)
def look_at_security_info(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.call("GET", "")
    yield lambda: person.call("GET", "")


@scenario(contract.PROVE, 201, events=("prove-started",))
def begin_a_proof(world: World, clock: Any) -> Steps:
    person = Person(world, password_only=True)
    yield lambda: person.post("prove/start")
    yield lambda: person.post("prove/start")


@scenario(contract.PROVE_SEND, 202, events=("code-requested",), messages=("code",))
def send_a_code_for_a_proof(world: World, clock: Any) -> Steps:
    person = Person(world, password_only=True)
    sending = {"flow": person.post("prove/start").body["flow"], "method": "email"}
    yield lambda: person.post("prove/send", **sending)
    yield lambda: clock.shift(31) or person.post("prove/send", **sending)


@scenario(contract.PROVE_VERIFY, events=("proof-passed", "identity-proved"))
def prove_before_a_change(world: World, clock: Any) -> Steps:
    person = Person(world, password_only=True)
    begun = person.post("prove/start").body
    person.post("prove/send", flow=begun["flow"], method="email")
    code = world.code(begun["reference"])
    yield lambda: person.post("prove/verify", flow=begun["flow"], method="email", code=code)
    yield lambda: person.register("authenticator")


@scenario(contract.REGISTER, 201, events=("registration-started",), messages=("code",))
def register_an_address(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.register("email", contact="new@home.example")
    yield lambda: clock.shift(31) or person.register("email", contact="new@home.example")


@scenario(contract.REGISTER, 201, events=("registration-started",))
def register_an_app(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.register("authenticator")
    yield lambda: person.register("authenticator")


@scenario(contract.REGISTER, 201, events=("registration-started",))
def register_a_passkey(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.register("passkey", name="Phone")
    yield lambda: person.register("passkey", name="Phone")


@scenario(contract.REGISTER, 201, events=("security-info-added",), messages=("security-info-added",) * 2)
def make_a_recovery_code(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.register("recovery-code")
    yield lambda: person.register("recovery-code")


@scenario(
    contract.REGISTER, 201, events=("security-info-added",), messages=("security-info-added",) * 2,
    organisation={"recovery": {"gates": 2, "methods": list(KINDS)}},
)  # fmt: skip
def answer_questions(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.register("questions", answers=GOOD)
    yield lambda: person.register("questions", answers=GOOD)


def _added(person: Person, kind: str) -> Answer:
    """One's security info, in which this stands."""
    seen = person.call("GET", "")
    assert kind in [each["kind"] for each in seen.body["methods"]]
    return seen


@scenario(contract.CONFIRM, events=("security-info-added",), messages=("security-info-added",) * 2)
def confirm_an_address(world: World, clock: Any) -> Steps:
    person = Person(world)
    begun = person.register("email", contact="new@home.example").body
    code = person.code(begun["place"])
    yield lambda: person.confirm(begun["id"], code=code)
    yield lambda: _added(person, "email")


@scenario(contract.CONFIRM, 422, code="wrong-code", events=("registration-failed",))
def confirm_an_address_with_a_wrong_code(world: World, clock: Any) -> Steps:
    person = Person(world)
    begun = person.register("email", contact="new@home.example").body
    yield lambda: person.confirm(begun["id"], code="99999x")
    yield lambda: person.confirm(begun["id"], code=person.code(begun["place"]))


@scenario(contract.CONFIRM, events=("security-info-added",), messages=("security-info-added",) * 2)
def confirm_a_passkey(world: World, clock: Any) -> Steps:
    owner = Owner(world)
    begun = owner.register("passkey", name="Phone").body
    made = owner.device.make(begun["passkey"])
    yield lambda: owner.confirm(begun["id"], credential=made)
    yield lambda: _added(owner, "passkey")


@scenario(contract.REMOVE, events=("security-info-removed",), messages=("security-info-removed",) * 2)
def remove_a_recovery_code(world: World, clock: Any) -> Steps:
    person = Person(world)
    person.register("recovery-code")
    yield lambda: person.remove("recovery-code")
    yield lambda: person.register("recovery-code")


@scenario(contract.RECONFIRM, events=("security-info-confirmed",))
def keep_security_info(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.call("POST", "/keep")
    yield lambda: person.call("POST", "/keep")


@scenario(contract.POSTPONE)
def put_security_info_off(world: World, clock: Any) -> Steps:
    person = Person(world)
    yield lambda: person.call("POST", "/later")
    yield lambda: person.call("POST", "/later")

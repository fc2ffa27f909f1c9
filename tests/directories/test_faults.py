"""What goes wrong on the way to a directory: each fault has its own name, and nothing is claimed that nobody knows."""

import contextlib
import socket
from dataclasses import replace

import pytest
import sansldap

from local.directories.certificates import Authority
from local.directories.proxy import Proxy
from local.directories.running import free_port
from regain.directories.base import NotAccepted, NotAllowed, Stopped, Unanswered, WrongPassword
from regain.directories.ldap.connection import Connection, Timeouts, tls_context
from regain.directories.ldap.messages import Answer
from regain.domain.user_id import normalise
from tests.directories.fake_server import FakeServer
from tests.directories.wire import message

pytestmark = [pytest.mark.timeout(600), pytest.mark.needs("LDAP")]  # the first one provisions a domain

HASTY = Timeouts(connect=10, answer=1)
IMPATIENT = Timeouts(connect=0.5, answer=0.5)  # where nobody will answer
FIRST, NEXT = "the First password 1", "the Second password 2"
BIND_OK = (1, 1, 0, b"", b"")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "another CA")


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("127.0.0.1.example", "127.0.0.1")


@pytest.fixture
def fake(certificate):
    servers = []

    def start(answer, tls=True):
        servers.append(FakeServer(answer, certificate if tls else None))
        scheme = "ldaps" if tls else "ldap"
        return servers[-1], lambda: Connection(
            f"{scheme}://127.0.0.1:{servers[-1].port}", tls_context(certificate.ca_file.read_text()), HASTY
        )

    yield start
    for each in servers:
        each.stop()


@pytest.fixture
def proxied(world):
    """A view of a real directory through a proxy, and the proxy."""
    host, _, port = world.running.url.rpartition("/")[2].partition(":")
    proxy = Proxy(host, (host, int(port or 636)))
    yield world.connect(HASTY, url=f"ldaps://{host}:{proxy.port}"), proxy
    proxy.stop()


def unanswered(action, *arguments):
    with pytest.raises(Unanswered) as caught:
        action(*arguments)
    return caught.value


def refused(action, *arguments):
    with pytest.raises(NotAllowed) as caught:
        action(*arguments)
    return caught.value.code


def not_accepted(action, *arguments):
    with pytest.raises(NotAccepted) as caught:
        action(*arguments)
    return caught.value.rule


def test_a_directory_that_is_not_there_has_done_nothing(world):
    host = world.running.url.rpartition("/")[2].partition(":")[0]
    view = world.connect(HASTY, url=f"ldaps://{host}:{free_port(host)}")
    assert unanswered(view.find, "nobody@contoso.example").known


def test_a_deaf_directory_has_done_nothing_to_a_look_up(world, proxied):
    view, proxy = proxied
    proxy.deaf, view.service.timeouts = True, IMPATIENT
    assert unanswered(view.find, "nobody@contoso.example").known


def test_an_answer_that_is_lost_leaves_the_outcome_unknown_and_the_write_is_not_repeated(world, proxied, monkeypatch):
    view, proxy = proxied
    found = view.find(world.person().user_id)
    proved, sent = view.service._proved, []

    def deafened(server):
        ready = proved(server)
        sent.append(server)
        proxy.deaf = True
        return ready

    monkeypatch.setattr(view.service, "_proved", deafened)
    assert not unanswered(view.reset, found, NEXT).known
    assert len(sent) == 1
    world.directory.verify(world.find(found.user_id.partition("@")[0]), "", NEXT)


def test_a_connection_that_died_while_it_rested_is_replaced(world, proxied):
    view, proxy = proxied
    person = view.find(world.person().user_id)
    for each in proxy._open[1:]:
        each.shutdown(socket.SHUT_RDWR)
    view.reset(person, NEXT)
    world.directory.verify(world.find(person.user_id.partition("@")[0]), "", NEXT)


def test_the_next_server_is_asked_where_the_first_does_not_answer(world):
    host = world.running.url.rpartition("/")[2].partition(":")[0]
    person = world.person()
    view = world.connect(HASTY, url="")
    object.__setattr__(view.settings, "url", (f"ldaps://{host}:{free_port(host)}", world.running.url))
    assert view.find(person.user_id).server == world.running.url


@pytest.mark.parametrize("fault", ["down", "certificate", "no TLS", "unavailable"])
def test_a_server_that_cannot_be_used_leads_to_the_next_for_people_and_for_nobody_alike_b1(
    openldap, fake, authority, fault
):
    """Or whoever gets no answer, while the first server is down, would be known to be nobody."""
    answers = {1: message(1, *BIND_OK[1:]), 2: message(2, 5, 52, b"", b"shutting down")}
    proxy = Proxy("127.0.0.99", ("127.0.0.1", int(openldap.running.url.rpartition(":")[2])))
    server, _ = fake(lambda number, _: answers[number], tls=fault == "unavailable")
    port = free_port("127.0.0.1") if fault == "down" else server.port
    first = f"ldaps://127.0.0.99:{proxy.port}" if fault == "certificate" else f"ldaps://127.0.0.1:{port}"
    person, both = openldap.person(), (first, openldap.running.url)
    authorities = openldap.running.certificate.ca_file.read_text() + authority.file.read_text()
    try:
        for given in (person, None):
            view = openldap.connect(IMPATIENT if fault == "no TLS" else HASTY, ca=authorities)  # another process
            object.__setattr__(view.settings, "url", both)
            with pytest.raises(WrongPassword):
                view.verify(given, person.user_id, "a wrong password")
        assert view.find(person.user_id).server == openldap.running.url
        assert view.find("nobody@contoso.example") is None
        assert view.service._in_order() == [openldap.running.url, first], "nobody waits for it again and again"
    finally:
        proxy.stop()


def test_a_certificate_of_another_issuer_or_name_is_refused_by_name(world, authority):
    view = world.connect()
    view.service._tls = tls_context(authority.file.read_text())
    assert refused(view.find, "nobody@contoso.example").startswith("certificate: ")
    host, _, port = world.running.url.rpartition("/")[2].partition(":")
    proxy = Proxy("127.0.0.99", (host, int(port or 636)))
    try:
        other = world.connect(url=f"ldaps://127.0.0.99:{proxy.port}")
        assert "IP address mismatch" in refused(other.find, "nobody@contoso.example")
    finally:
        proxy.stop()


def test_start_tls_works_and_a_server_without_it_gets_no_password(world, fake):
    assert world.connect(url=world.running.plain_url).find(world.person().user_id)
    server, connect = fake(lambda number, _: message(number, 24, 2, b"", b"no TLS here"), tls=False)
    assert refused(connect) == "tls: the server does not start TLS"
    assert len(server.received) == 1


def test_bytes_that_came_before_tls_are_an_error(fake):
    injected = message(2, 1, 0, b"", b"")
    _, connect = fake(lambda number, _: message(number, 24, 0, b"", b"") + injected, tls=False)
    assert refused(connect).startswith("tls: ")


def test_a_port_that_speaks_no_tls_is_named(fake):
    server, _ = fake(lambda *_: b"", tls=False)
    with pytest.raises((NotAllowed, Unanswered)):
        Connection(f"ldaps://127.0.0.1:{server.port}", tls_context(), HASTY)


def test_an_attribute_of_five_megabytes_is_not_read(fake):
    entry = b"\x30\x84" + (5 << 20).to_bytes(4, "big") + b"x" * (5 << 20)
    _, connect = fake(lambda number, request: message(number, *BIND_OK[1:]) if number == 1 else entry)
    opened = connect()
    opened.bind("cn=x", "secret")
    fault = unanswered(opened.search, "", sansldap.SearchScope.BASE, sansldap.FilterPresent("objectClass"), [])
    assert "at most" in fault.why


def test_a_referral_is_not_followed(fake):
    _, connect = fake(lambda number, _: message(number, 1, 10, b"", b""))
    with contextlib.closing(connect()) as opened:
        assert opened.bind("cn=x", "secret").code == 10


def test_a_secret_that_the_directory_refuses_is_not_tried_again_and_again(world, monkeypatch):
    """Or the service account would lock itself: each secret is tried once in a quarter of an hour."""
    asked, tried, now = [], [], [1_000.0]
    view = world.connect(secret=lambda renewed: asked.append(renewed) or "not the secret")
    monkeypatch.setattr(Connection, "bind", lambda self, name, password: tried.append(password) or Answer(49))
    view.service.clock = lambda: now[0]
    for _ in range(3):
        assert refused(view.find, "nobody@contoso.example") == "service-account"
    assert (asked, len(tried)) == ([False, True], 1)
    now[0] += 61
    assert refused(view.find, "nobody@contoso.example") == "service-account"
    assert (asked, len(tried)) == ([False, True] * 2, 1)
    now[0] += 900
    assert refused(view.find, "nobody@contoso.example") == "service-account"
    assert len(tried) == 2


def test_a_secret_that_was_changed_in_between_is_read_anew(world):
    secrets = {False: "the secret of before", True: world.running.service_password}
    view = world.connect(secret=secrets.__getitem__)
    assert view.find(world.person().user_id)


def test_a_frozen_directory_says_so_and_goes_on_afterwards(world):
    person = world.person()
    view = world.connect(HASTY)
    assert view.find(person.user_id)
    view.service.timeouts = IMPATIENT
    world.running.freeze()
    try:
        assert unanswered(view.find, person.user_id).known
        assert unanswered(view.verify, person, "", FIRST).known
    finally:
        world.running.thaw()
    assert world.directory.find(person.user_id)
    with pytest.raises(WrongPassword):
        world.directory.verify(person, "", "a wrong password")


def test_whoever_is_in_a_group_within_a_protected_one_is_not_changed(active_directory):
    """As Windows sees it they are in both; `memberOf` names only the groups that name the person."""
    person, other, base = active_directory.person(), active_directory.person(), active_directory.running.base
    active_directory.group("Assistants", person)
    active_directory.group("Board", replace(person, address=f"CN=Assistants,{base}"))
    for named in ("Board", f"CN=Board,{base}"):
        view = active_directory.connect(protected_groups=("Nobody has this", named))
        for action, passwords in ((view.reset, (NEXT,)), (view.change, (FIRST, NEXT)), (view.unlock, ())):
            with pytest.raises(Stopped, match="protected"):
                action(person, *passwords)
        with pytest.raises(Stopped, match="gone"):
            view.reset(replace(other, address=f"CN=gone,{base}"), NEXT)
        view.reset(other, f"{named} password 2")
    assert active_directory.signs_in(person, FIRST)


@pytest.mark.parametrize("name", ["γιώργος.παππάς", "Σίσυφος", "ángström", "straße"])
def test_a_name_in_any_letters_is_found_by_the_user_id_that_is_made_of_it(world, name):
    person = world.person(name=name)
    assert world.directory.find(normalise(f"{name}@contoso.example", ["contoso.example"])).key == person.key


def test_a_refused_reset_leaves_nothing_behind_where_the_minimum_age_stood_in_its_way(openldap):
    """What lifts the minimum age, `pwdReset`, would make the password of before one that has to be changed."""
    person = openldap.person()
    policy = openldap.forbid_early_changes(person, pwdInHistory="3", pwdCheckQuality="2", pwdMinLength="12")
    try:
        openldap.directory.reset(person, NEXT)
        for password, rule in (("Sh0rt!", "length"), (NEXT, "history")):
            assert not_accepted(openldap.directory.reset, person, password) == rule
            assert not openldap.find(person.user_id.partition("@")[0]).must_change
        assert openldap.signs_in(person, NEXT)
    finally:
        openldap.remove(replace(person, address=policy))


def test_what_fails_once_a_password_is_set_leaves_the_outcome_unknown_and_the_next_try_finds_out(openldap, monkeypatch):
    """A right over `pwdReset` that is missing is no reason to say that nothing was done."""
    person, view = openldap.person(), openldap.connect()
    with monkeypatch.context() as patched:
        patched.setattr(view.service, "modify", lambda *_: Answer(50))
        with pytest.raises(Unanswered) as caught:
            view.reset(person, NEXT, temporary=True)
    assert not caught.value.known and "no-right" in caught.value.why
    assert openldap.signs_in(person, NEXT)

"""What goes wrong on the way to a directory: each fault has its own name, and nothing is claimed that nobody knows."""

import contextlib
import socket

import pytest
import sansldap

from local.directories.certificates import Authority
from local.directories.proxy import Proxy
from local.directories.running import free_port
from regain.directories.base import NotAllowed, Unanswered, WrongPassword
from regain.directories.ldap.connection import Connection, Timeouts, tls_context
from regain.directories.ldap.messages import Answer
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

"""The page for an address that is not there is the one that was published: pages are no part of a release."""

import boto3
import pytest

from regain.adapters import aws
from regain.adapters.site_pages import NotFoundPages
from tests.functions.conftest import default_organisation, use, world  # noqa: F401 - fixtures


@pytest.fixture
def bucket(engine, world):  # noqa: F811
    """A published site in German and English, and every key that is asked for."""
    name, s3 = f"site-{world.number}", boto3.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("404.html", "de/404.html"):
        s3.put_object(Bucket=name, Key=key, Body=f"<h1>{key}</h1>".encode())
    return name


@pytest.fixture
def asked(monkeypatch):
    """The keys that S3 is asked for."""
    keys, client = [], aws.client("s3")
    get = client.get_object

    def noting(**request):
        keys.append(request["Key"])
        return get(**request)

    monkeypatch.setattr(client, "get_object", noting)
    return keys


def test_each_language_has_its_page_and_another_page_is_seen_within_a_minute(bucket, asked, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    pages = NotFoundPages(bucket)
    assert (pages.get(""), pages.get("de")) == ("<h1>404.html</h1>", "<h1>de/404.html</h1>")
    boto3.client("s3").put_object(Bucket=bucket, Key="404.html", Body=b"new")
    assert pages[""] == "<h1>404.html</h1>"
    assert asked == ["404.html", "de/404.html"]
    time_machine.shift(61)
    assert pages[""] == "new"


def test_what_is_no_folder_of_a_language_is_never_asked_for(bucket, asked):
    """Anybody can ask for any address: only as many keys as there are languages reach S3, each once a minute."""
    pages = NotFoundPages(bucket)
    for folder in ("api", "..", "de%2f..", "wp-admin", "en", "DE", "x" * 2000):
        assert pages.get(folder) is None, folder
    assert asked == []


def test_where_nothing_is_published_the_problem_answers(bucket, asked, world, monkeypatch):  # noqa: F811
    from service.app import app

    for name in ("", "nothing-of-that-name"):
        monkeypatch.setattr(app, "not_found_pages", NotFoundPages(name))
        answer = world.request("GET", "/de/no/such/page/")
        assert (answer.status, answer.code) == (404, "not-found")
    monkeypatch.setattr(app, "not_found_pages", NotFoundPages(bucket))
    assert world.request("GET", "/de/no/such/page/").body["text"] == "<h1>de/404.html</h1>"
    assert world.request("GET", "/fr/no/such/page/").body["text"] == "<h1>404.html</h1>"
    del asked[:]
    assert world.request("GET", "/api/nothing").code == "not-found"
    assert asked == []


def test_a_page_that_was_read_stays_while_s3_does_not_answer(bucket, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    pages = NotFoundPages(bucket)
    assert pages[""]
    boto3.client("s3").delete_object(Bucket=bucket, Key="404.html")
    time_machine.shift(61)
    assert pages[""] == "<h1>404.html</h1>"

"""`make serve` builds the site again only where something has changed (B42)."""

import json

import pytest

from hooks import build

ORGANISATION = "organisation: {name: X, logo: x.svg}\ndomains: {x.example: {}}\n"


class BuiltAgainError(Exception):
    """Pages are looked at, one by one."""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site as a build has left it, with its cache; building it again is an error."""
    organisation, folder = tmp_path / "organisation.yaml", tmp_path / "site"
    organisation.write_text(ORGANISATION)
    (tmp_path / "x.svg").write_text("<svg/>")
    folder.mkdir()
    (folder / "index.html").write_text("home")
    sources = build._sources_digest(organisation, ("en",), strict=False)
    (tmp_path / "site.built.json").write_text(json.dumps({"whole": {"sources": sources, "files": "1"}}))

    def again(*_):
        raise BuiltAgainError

    monkeypatch.setattr(build, "ProcessPoolExecutor", again)
    return lambda languages=("en",), strict=False: build._build(folder, organisation, languages, strict)


def test_a_site_is_left_alone_while_nothing_has_changed(site, tmp_path):
    assert site() == 0
    assert (tmp_path / "site" / "index.html").read_text() == "home"


@pytest.mark.parametrize("changed", ["organisation.yaml", "x.svg", "site/one-more.html"])
def test_it_is_built_again_where_settings_logo_or_pages_are_others(site, tmp_path, changed):
    with (tmp_path / changed).open("a") as file:
        file.write("# \n")
    with pytest.raises(BuiltAgainError):
        site()


@pytest.mark.parametrize("more", [{"languages": ("en", "de")}, {"strict": True}])
def test_it_is_built_again_in_another_language_and_where_warnings_count(site, more):
    with pytest.raises(BuiltAgainError):
        site(**more)


def test_it_is_built_again_on_another_day_for_some_of_it_ends(site, time_machine):
    time_machine.move_to("2030-01-01")
    with pytest.raises(BuiltAgainError):
        site()

"""The page about limits shows the numbers of the organisation that the site is for."""

import msgspec

from hooks import pages
from regain.domain.provider import Oidc, SignIn
from regain.organisation.file import read
from regain.organisation.language import Language
from tests.conftest import ROOT, variant
from tests.docs.test_site import text


def test_the_guide_shows_every_limit_with_this_organisations_numbers(site):
    shown = text(site, "admin/limits")
    for part in ("wrong proofs of one kind account, all unknown browsers together 20 ± 24 hours",
                 "wrong passwords at sign-in account and known browser 10 24 hours; half after 6 a pause of 60 seconds",
                 "guarded mode: codes of unknown browsers are long"):  # fmt: skip
        assert part in shown
    assert shown.replace("_ ", "_").count("failed_proofs_of_all_per_day") == 4  # it may break after each part


def test_a_changed_limit_changes_its_row_in_the_guide(tmp_path):
    shown = text(variant(tmp_path, limits={"failed_proofs_of_all_per_day": 12}), "admin/limits")
    assert "wrong proofs of one kind account, all unknown browsers together 12 ± 24 hours" in shown


def test_what_is_counted_of_sign_ins_with_a_provider_is_shown_where_there_is_one(site):
    counted = "sign-ins with the identity provider that came to nothing"
    assert counted not in text(site, "admin/limits")
    about = msgspec.structs.replace(
        read(ROOT / "organisation.yaml"), sign_in=SignIn(Oidc("https://login.example", "x"))
    )
    shown = pages.variables(about, Language("en", about, "shell", "pages"))["limit_rows"]
    (row,) = [each for each in shown if each["counted"] == counted]
    assert (row["most"], row["setting"]) == ("300", "failures_per_network")

"""Every kind of event has its place in OCSF (B36). It is checked here because whoever adds a kind runs these tests."""

from regain.domain.events import KINDS
from regain.reports.ocsf import ACTIVITIES


def test_every_kind_of_event_is_an_activity_of_ocsf_b36():
    assert set(KINDS) == set(ACTIVITIES), "add it to regain/reports/ocsf.py"

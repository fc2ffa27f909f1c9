"""People of a directory and nobody are answered alike over HTTP, and take as long: small here, whole in `make abuse`."""

import pytest

from local.directories.running import bring_up_loopback
from tests.directories.sameness import EVERY_GUESS, measure, serving
from tests.order import some

pytestmark = pytest.mark.timeout(900)  # the first one provisions a domain
PAIRS, TRIES = 100, 3
LEAST, MOST = 0.40, 0.60
"""For 100 and 100, chance alone scatters an AUC by 0.08; `make abuse` measures 1,000 and 1,000."""


@pytest.mark.parametrize("kind", some(["openldap", "active_directory"], "active_directory"))
def test_start_and_sign_in_tell_people_in_any_state_from_nobody_neither_by_words_nor_by_time(kind, request, tmp_path):
    """B1: ordinary, locked, disabled, expired and must-change people, with wrong passwords, and as many of nobody."""
    bring_up_loopback()
    with serving(request.getfixturevalue(kind), tmp_path, **EVERY_GUESS) as stack:
        for _ in range(TRIES):  # other work on the machine does not come twice in the same place
            steps = measure(request.getfixturevalue(kind), stack, PAIRS)
            if all(step.alike and LEAST <= step.auc <= MOST for step in steps.values()):
                return
    assert {name: (step.alike, round(step.auc, 3)) for name, step in steps.items()} == {}

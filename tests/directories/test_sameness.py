"""People of a directory and nobody are answered alike over HTTP, and take as long: small here, whole in `make abuse`."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.directories.running import bring_up_loopback
from tests.directories.sameness import measure, serving

pytestmark = pytest.mark.timeout(900)  # the first one provisions a domain
PAIRS = 200
LEAST, MOST = 0.40, 0.60
"""For 200 and 200, chance alone scatters an AUC by 0.06."""


def test_start_and_sign_in_tell_people_in_any_state_from_nobody_neither_by_words_nor_by_time(
    openldap, active_directory, tmp_path
):
    """B1: ordinary, locked, disabled, expired and must-change people, with wrong passwords, and as many of nobody.

    Both servers at once: most of the time is waiting for the next step.
    """
    bring_up_loopback()
    worlds = (openldap, active_directory)
    with contextlib.ExitStack() as opened, ThreadPoolExecutor(2) as both:
        stacks = [opened.enter_context(serving(world, tmp_path / world.running.kind)) for world in worlds]
        for _ in range(2):  # other work on the machine does not come twice in the same place
            found = list(both.map(measure, worlds, stacks, [PAIRS] * 2))
            if all(LEAST <= step.auc <= MOST for steps in found for step in steps.values()):
                break
        for world, steps in zip(worlds, found, strict=True):
            for name, step in steps.items():
                assert step.alike, (world.running.kind, name)
                assert LEAST <= step.auc <= MOST, (world.running.kind, name, step.auc)

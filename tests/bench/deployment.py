"""A deployment on the embedded engine, for measurements outside pytest."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from local.engine import Engine
from local.resources import create
from local.template import Template
from regain.organisation import file as organisation_file
from tests.conftest import MINISTACK, ROOT, free_port, own_process


@contextlib.contextmanager
def deployment(folder: Path) -> Iterator[tuple[Engine, Template]]:
    """An engine with everything that the template describes; meanwhile this process has the environment of a function.

    Import functions only within it: some read their environment when they are imported.
    """
    engine = Engine(MINISTACK, folder / "engine", free_port())
    engine.start()
    try:
        with own_process():
            os.environ.update(engine.environment)
            template = create(ROOT / "template.yaml", {"Site": "none", "OriginationIdentity": "+15555550100"})
            packed = folder / "organisation.json"
            packed.write_bytes(msgspec.json.encode(organisation_file.read(ROOT / "organisation.yaml")))
            organisation = {"ORGANISATION_FILE": str(packed), "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
            os.environ.update({**template.variables, **organisation})
            yield engine, template
    finally:
        if engine.alive and engine._process:  # nobody needs its state, which takes long to write and much memory
            engine._process.kill()
            engine._process.wait()
        engine.stop()

"""What the tests of the settings share."""

import pytest

from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile


@pytest.fixture
def mistakes_in(tmp_path):
    """What is said of a file's text: line, mistake, remedy."""

    def found(text):
        path = tmp_path / "organisation.yaml"
        path.write_text(text)
        try:
            read(path)
        except InvalidFile as invalid:
            return [(each.line, each.message, each.hint) for each in invalid.errors]
        return []

    return found

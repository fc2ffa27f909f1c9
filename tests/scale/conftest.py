"""The deployment of the tests of functions."""

from tests.functions.conftest import default_organisation, use, world

__all__ = ["default_organisation", "use", "world"]

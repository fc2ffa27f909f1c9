"""Hypothesis settings and strategies: few, fixed examples in `make test`; many, by seed, in `make fuzz`."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))

bounded = settings(
    max_examples=EXAMPLES or 25,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

text = st.text(max_size=80) | st.text("=+-@'\t\r\n\0\u200e\ufeff,;:<>[]{}%&\"\\/0123456789.aA", max_size=40)
"""Text, and text of what readers trip over."""

plain = st.none() | st.booleans() | st.integers() | st.floats() | text
values = st.recursive(
    plain, lambda part: st.lists(part, max_size=4) | st.dictionaries(text, part, max_size=4), max_leaves=12
)
"""Whatever JSON can say."""

"""CloudWatch metrics in Embedded Metric Format: written to the log, without a call.

Dimensions have few values, because CloudWatch charges for each combination: no account, and no problem's code. Written
here, because Powertools takes as long for one count as a step takes for its rules, and longer to load.
"""

import os
import sys
import time

import msgspec


def count(name: str, **dimensions: str) -> None:
    """Adds one to a metric."""
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Regain")
    kinds = [{"Namespace": namespace, "Dimensions": [list(dimensions)], "Metrics": [{"Name": name, "Unit": "Count"}]}]
    described = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": kinds}
    sys.stdout.write(msgspec.json.encode({"_aws": described, **dimensions, name: [1.0]}).decode() + "\n")

"""Counts for CloudWatch, written as lines of the log (Embedded Metric Format): no call, no waiting.

Few values to a dimension, because each combination is a metric that costs: nothing of a person, no problem's code.
"""

import os

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def count(name: str, **dimensions: str) -> None:
    """One more of `name`, with these dimensions."""
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Regain")
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=namespace) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)

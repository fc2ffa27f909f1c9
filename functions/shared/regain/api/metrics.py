"""CloudWatch metrics in Embedded Metric Format: written to the log, without a call.

Dimensions have few values, because CloudWatch charges for each combination: no account, and no problem's code.
"""

import os

from aws_lambda_powertools.metrics import MetricUnit, single_metric


def count(name: str, **dimensions: str) -> None:
    """Adds one to a metric."""
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Regain")
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=namespace) as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)

"""What a million completed resets cost, as a formula whose every input is named: prices with their source, and counts."""

from collections.abc import Mapping
from typing import Any

PRICES = {
    "api_request": 1.00e-6,  # HTTP API, first 300 million a month
    "lambda_request": 0.20e-6,
    "lambda_gigabyte_second": 0.0000133334,  # arm64
    "read_unit": 0.125e-6,  # on demand, standard table
    "write_unit": 0.625e-6,
    "email": 0.10e-3,  # SES
    "cloudfront_request": 1.00e-6,  # HTTPS, Europe and the United States; 10 million a month are free
    "cloudfront_gigabyte": 0.085,  # the first TB of a month is free
    "log_gigabyte": 0.50,  # CloudWatch, taken in
    "trace": 5.00e-6,  # X-Ray, recorded; 100,000 a month are free
    "s3_put": 5.00e-6,
    "notification": 0.50e-6,  # SNS, published; delivery to Lambda is free
    "restored_gigabyte": 0.0001397998,  # SnapStart, for each start from a snapshot
}
"""US dollars, list prices of us-east-1 as published on aws.amazon.com in 2026; taxes, free tiers and texts left out."""

STEPS = {"GET /api/challenge": 1, "POST /api/reset/start": 1, "POST /api/reset/send": 1.2, "POST /api/reset/verify": 1.1, "POST /api/reset/finish": 1.1}  # fmt: skip
"""Requests of one completed reset: one in five asks for a second code, one in ten mistypes, one in ten tries a password that is refused."""

ASSUMED = {
    "abandoned": 0.5,  # for each completed reset so many are begun and left
    "store_call_seconds": 0.006,  # DynamoDB from Lambda
    "kms_share": 0.0,  # keys are drawn once for each process
    "processor_share": {"api": 0.29, "hashing": 0.58},  # of one processor at 512 MB and 1,024 MB (1,769 MB is one)
    "gigabytes": {"api": 0.5, "hashing": 1.0},
    "messages": 2.2,  # the code, and the notice to each address
    "notify_seconds": 0.15,
    "notify_write_units": 6,  # claimed, settled, noted
    "events_counted_write_units": 3,  # each event marked and added, in batches
    "files": 12,  # of the site, for one visit
    "visit_bytes": 150_000,
    "receipt_seconds": 0.05,
    "receipt_write_units": 4,  # one event in a transaction, and its two indexes
    "traced": 1.0,  # share of invocations: X-Ray takes one a second and 5 % of the rest, at this rate nearly all of them
    "archived": 1.0,  # files for each event: a batch waits five seconds, at this rate for nothing
    "cold": 0.02,  # share of requests that start a function from its snapshot
    "log_bytes": 1_100,  # a line of the log and its counts, for one answer
}


def _requests() -> dict[str, float]:
    """Requests of each step for one completed reset, those of abandoned ones included."""
    started = 1 + ASSUMED["abandoned"]
    return {step: times * (1 if step.endswith("/finish") else started) for step, times in STEPS.items()}


def _messages() -> float:
    return ASSUMED["messages"] * (1 + ASSUMED["abandoned"])


def unmeasured() -> dict[str, float]:
    """US dollars for the parts that depend on no measurement, for one completed reset (A34).

    Traces and archive are the most that they can be: at a steady million resets a day they are a twentieth.
    """
    started, requests, messages = 1 + ASSUMED["abandoned"], sum(_requests().values()), _messages()
    events = requests - _requests()["GET /api/challenge"] + 2 * messages  # each step; each message sent and received
    receipt = (
        PRICES["notification"] + PRICES["lambda_request"]
        + ASSUMED["receipt_seconds"] * ASSUMED["gigabytes"]["api"] * PRICES["lambda_gigabyte_second"]
        + (ASSUMED["receipt_write_units"] + ASSUMED["events_counted_write_units"]) * PRICES["write_unit"]
    )  # fmt: skip
    visit = (
        ASSUMED["files"] * PRICES["cloudfront_request"]
        + ASSUMED["visit_bytes"] / 1e9 * PRICES["cloudfront_gigabyte"]
    )  # fmt: skip
    return {
        "e-mail": messages * PRICES["email"],
        "delivery receipts": messages * receipt,
        "site": started * visit,
        "traces": (requests + 2 * messages) * ASSUMED["traced"] * PRICES["trace"],
        "archive": events * ASSUMED["archived"] * PRICES["s3_put"],
        "starts from snapshots": requests * ASSUMED["cold"] * ASSUMED["gigabytes"]["api"] * PRICES["restored_gigabyte"],
    }


def per_million(warm: Mapping[str, Any]) -> dict[str, float]:
    """US dollars for a million completed resets, by part."""
    routes, hashed = warm["routes"], warm["hash_milliseconds"] / 1e3
    parts = dict.fromkeys(("API", "functions", "tables", "logs"), 0.0) | unmeasured()
    for step, count in _requests().items():
        route = routes[step]
        kind = "hashing" if step.endswith("finish") else "api"
        processor = route["milliseconds"] / 1e3 + (hashed if kind == "hashing" else 0)
        seconds = processor / ASSUMED["processor_share"][kind] + route["operations"] * ASSUMED["store_call_seconds"]
        counted = ASSUMED["events_counted_write_units"] if route["write_units"] else 0
        parts["API"] += count * PRICES["api_request"]
        parts["functions"] += count * (
            PRICES["lambda_request"] + seconds * ASSUMED["gigabytes"][kind] * PRICES["lambda_gigabyte_second"]
        )
        parts["tables"] += count * (
            route["read_units"] * PRICES["read_unit"] + (route["write_units"] + counted) * PRICES["write_unit"]
        )
        parts["logs"] += count * ASSUMED["log_bytes"] / 1e9 * PRICES["log_gigabyte"]
    messages = _messages()
    parts["functions"] += messages * (
        PRICES["lambda_request"] + ASSUMED["notify_seconds"] * 0.5 * PRICES["lambda_gigabyte_second"]
    )
    parts["tables"] += messages * ASSUMED["notify_write_units"] * PRICES["write_unit"]
    total = {name: round(value * 1e6, 2) for name, value in parts.items()}
    return {**total, "all": round(sum(total.values()), 2)}

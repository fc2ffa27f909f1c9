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
    "log_gigabyte": 0.50,  # CloudWatch, taken in
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
    "log_bytes": 1_100,  # a line of the log and its counts, for one answer
}


def per_million(warm: Mapping[str, Any]) -> dict[str, float]:
    """US dollars for a million completed resets, by part."""
    routes, hashed = warm["routes"], warm["hash_milliseconds"] / 1e3
    begun = 1 + ASSUMED["abandoned"]
    parts = dict.fromkeys(("API", "functions", "tables", "e-mail", "site", "logs"), 0.0)
    for step, times in STEPS.items():
        route, count = routes[step], times * (begun if step != "POST /api/reset/finish" else 1)
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
    messages = ASSUMED["messages"] * begun
    parts["functions"] += messages * (
        PRICES["lambda_request"] + ASSUMED["notify_seconds"] * 0.5 * PRICES["lambda_gigabyte_second"]
    )
    parts["tables"] += messages * ASSUMED["notify_write_units"] * PRICES["write_unit"]
    parts["e-mail"] = messages * PRICES["email"]
    parts["site"] = ASSUMED["files"] * begun * PRICES["cloudfront_request"]
    total = {name: round(value * 1e6, 2) for name, value in parts.items()}
    return {**total, "all": round(sum(total.values()), 2)}

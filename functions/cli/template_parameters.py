"""The parameters of `template.yaml`: what each means, what it may be, and in which order they are asked for."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.template import raw

TEMPLATE = Path(__file__).parents[2] / "template.yaml"

_HOST = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
_SHAPES = {
    "SenderDomain": (_HOST, "a domain in lower case, such as contoso.example"),
    "DomainName": (f"({_HOST})?", "a host name in lower case, such as account.contoso.example, without https://"),
    "AlarmEmail": (r"([^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+)?", "an e-mail address, or nothing"),
}
"""Stricter patterns than the template's, each with a description of what fits."""

_LEAST_WAF_LIMIT = 10


@dataclass(frozen=True)
class Parameter:
    """One parameter of the template, as CloudFormation describes it. Values are text, as CloudFormation takes them."""

    name: str
    description: str
    default: str
    number: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    constraint: str = ""
    least: float | None = None
    most: float | None = None

    def mistake(self, value: str) -> str:
        """What is wrong with a value, and what would be right; "" if it is valid."""
        if self.allowed and value not in self.allowed:
            return f"`{value}` is not one of: {', '.join(self.allowed)}"
        if self.number:
            return self._out_of_range(value)
        shape, right = _SHAPES.get(self.name, ("", ""))
        if shape and not re.fullmatch(shape, value):
            return f"`{value}` is not {right}"
        if self.pattern and not re.fullmatch(self.pattern, value):
            return f"`{value}` {self.constraint or f'must match {self.pattern}'}".rstrip(".")
        return "" if not re.search(r"[\"'\\\s]", value.replace(" ", "")) else f"`{value}` has quotation marks in it"

    def _out_of_range(self, value: str) -> str:
        if not re.fullmatch(r"\d+", value):
            return f"`{value}` is not a whole number"
        number = int(value)
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            return f"{value} is out of range: {_range(self.least, self.most)}"
        if self.name == "RequestsPerAddress" and 0 < number < _LEAST_WAF_LIMIT:
            return f"{value} is out of range: 0 for no WAF, or at least {_LEAST_WAF_LIMIT}"
        return ""


def _range(least: float | None, most: float | None) -> str:
    if most is None:
        return f"at least {least:g}"
    return f"at most {most:g}" if least is None else f"from {least:.0f} to {most:.0f}"


@functools.cache
def parameters(template: Path = TEMPLATE) -> dict[str, Parameter]:
    """Every parameter by its name, in the order of the template's groups."""
    content = raw(template)
    described = content["Parameters"]
    groups = content.get("Metadata", {}).get("AWS::CloudFormation::Interface", {}).get("ParameterGroups", ())
    ordered = [name for group in groups for name in group["Parameters"] if name in described]
    return {name: _parameter(name, described[name]) for name in dict.fromkeys([*ordered, *described])}


def _parameter(name: str, described: dict[str, Any]) -> Parameter:
    return Parameter(
        name,
        " ".join(described.get("Description", "").split()),
        str(described.get("Default", "")),
        described["Type"] == "Number",
        tuple(map(str, described.get("AllowedValues", ()))),
        described.get("AllowedPattern", ""),
        described.get("ConstraintDescription", ""),
        described.get("MinValue"),
        described.get("MaxValue"),
    )

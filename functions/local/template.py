"""Reads `template.yaml`: functions, routes, tables and other resources, with all references resolved.

Locally a resource's name is its logical ID, as in `sam local`, so that both share one store.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

REGION, ACCOUNT = "eu-west-1", "000000000000"
_PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::StackName": "regain",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
}


@dataclass(frozen=True)
class Function:
    """A function: its handler, limits, environment, and the routes and streams that invoke it."""

    name: str
    handler: str
    timeout: int
    memory: int
    environment: dict[str, str]
    routes: tuple[tuple[str, str], ...] = ()
    streams: tuple[dict[str, Any], ...] = ()
    scheduled: bool = False


@dataclass(frozen=True)
class Template:
    """The template's functions and resources. Properties have CloudFormation's names."""

    functions: tuple[Function, ...]
    resources: dict[str, dict[str, Any]] = field(repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """The variables of all functions together, for programs that do what any function does. What narrows a single
        function is left out.
        """
        every = {name: value for function in self.functions for name, value in function.environment.items()}
        return {name: value for name, value in every.items() if name != "ACCOUNT_VIEW"}

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of every resource of a type, by logical ID."""
        return {name: made.get("Properties", {}) for name, made in self.resources.items() if made["Type"] == kind}


class TemplateError(Exception):
    """The template uses something that this reader does not support."""


def raw(path: Path) -> Any:
    """The template as written, with intrinsic functions in their long form."""
    return yaml.load(path.read_text(), _Loader)


def read(
    path: Path, parameters: Mapping[str, str] | None = None, physical: Mapping[str, str] | None = None
) -> Template:
    """The template with these parameters. `physical` maps logical IDs to physical names, where they differ."""
    unresolved = raw(path)
    defaults = {name: made.get("Default", "") for name, made in unresolved.get("Parameters", {}).items()}
    unknown = set(parameters or {}) - set(defaults)
    if unknown:
        raise TemplateError(f"the template has no parameter {', '.join(sorted(unknown))}")
    resolver = _Resolver(unresolved, {**defaults, **(parameters or {})}, physical or {})
    resources = {name: made for name, made in unresolved["Resources"].items() if resolver.wanted(made)}
    resolved = {name: resolver.value(made) for name, made in resources.items()}
    shared = resolver.value(unresolved.get("Globals", {}).get("Function", {}))
    functions = [
        _function(name, made["Properties"], shared)
        for name, made in resolved.items()
        if made["Type"] == "AWS::Serverless::Function"
    ]
    return Template(tuple(functions), resolved)


def _function(name: str, properties: dict[str, Any], shared: dict[str, Any]) -> Function:
    variables = {**_variables(shared), **_variables(properties)}
    events = properties.get("Events", {}).values()
    asked = [e["Properties"] for e in events if e["Type"] == "HttpApi"]
    routes = [(e["Method"].upper(), e["Path"]) for e in asked if "Path" in e]  # `$default` answers for CloudFront only
    streams = [e["Properties"] for e in events if e["Type"] == "DynamoDB"]
    scheduled = any(e["Type"] == "Schedule" for e in events)
    return Function(
        name=name,
        handler=properties["Handler"],
        timeout=properties.get("Timeout", shared.get("Timeout", 3)),
        memory=properties.get("MemorySize", shared.get("MemorySize", 128)),
        environment={key: str(value) for key, value in variables.items()},
        routes=tuple(routes),
        streams=tuple(streams),
        scheduled=scheduled,
    )


def _variables(properties: dict[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return variables


_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, if present, takes a tenth of the time


class _Loader(_BASE):  # type: ignore[misc] # chosen at run time
    """YAML with the short forms of intrinsic functions."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(cast(yaml.MappingNode, node), deep=True)}


_Loader.add_multi_constructor("!", _short_form)


class _Resolver:
    """Resolves intrinsic functions for one set of parameters."""

    def __init__(self, raw: dict[str, Any], parameters: Mapping[str, str], physical: Mapping[str, str]) -> None:
        self.raw, self.parameters, self.physical = raw, parameters, physical

    def wanted(self, resource: dict[str, Any]) -> bool:
        """Whether the resource's condition holds."""
        return "Condition" not in resource or self.condition(resource["Condition"])

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self.raw.get("Conditions", {}):
            raise TemplateError(f"there is no condition {name}")
        return bool(self.value(self.raw["Conditions"][name]))

    def value(self, node: Any) -> Any:
        """A node with all intrinsic functions resolved."""
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not None]  # AWS::NoValue takes a part away
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name in ("Ref", "Condition") or name.startswith("Fn::"):
                return self._call(name, argument)
        return {key: self.value(part) for key, part in node.items()}

    def _call(self, name: str, argument: Any) -> Any:
        method = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
        if method is None:
            raise TemplateError(f"the embedded stack does not know {name}")
        return method(argument)

    def _ref(self, name: str) -> Any:
        if name in self.parameters:
            return self.parameters[name]
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self.raw["Resources"]:
            return self.physical.get(name, name)
        function, _, part = name.partition(".")
        if part == "Alias" and function in self.raw["Resources"]:
            return function  # there is one version of it
        raise TemplateError(f"there is nothing called {name}")

    def _getatt(self, argument: list[str]) -> str:
        name, attribute = argument
        self._ref(name)
        return f"local:{name}.{attribute}"

    def _sub(self, argument: Any) -> str:
        text, extra = argument if isinstance(argument, list) else (argument, {})
        known = {key: self.value(part) for key, part in extra.items()}

        def one(match: re.Match[str]) -> str:
            name = match[1]
            if name in known:
                return str(known[name])
            return str(self._getatt(name.split(".", 1)) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!${}][^${}]*)\}", one, text)

    def _condition(self, name: str) -> bool:
        return self.condition(name)

    def _if(self, argument: list[Any]) -> Any:
        return self.value(argument[1] if self.condition(argument[0]) else argument[2])

    def _equals(self, argument: list[Any]) -> bool:
        first, second = self.value(argument)
        return str(first) == str(second)  # every value is text to CloudFormation

    def _not(self, argument: list[Any]) -> bool:
        return not self.value(argument[0])

    def _and(self, argument: list[Any]) -> bool:
        return all(self.value(argument))

    def _or(self, argument: list[Any]) -> bool:
        return any(self.value(argument))

    def _join(self, argument: list[Any]) -> str:
        return str(argument[0]).join(map(str, self.value(argument[1])))

    def _select(self, argument: list[Any]) -> Any:
        return self.value(argument[1])[int(self.value(argument[0]))]

    def _split(self, argument: list[Any]) -> list[str]:
        return str(self.value(argument[1])).split(argument[0])

    def _findinmap(self, argument: list[Any]) -> Any:
        name, first, second = self.value(argument)
        return self.raw["Mappings"][name][first][second]

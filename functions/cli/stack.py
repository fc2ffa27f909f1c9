"""The stack that a command works on: on AWS by name, or on this machine by folder."""

import atexit
import contextlib
import json
import os
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import msgspec
from botocore.exceptions import ClientError

from cli import samconfig
from regain.organisation import file as organisation_file
from regain.organisation.settings import Organisation
from regain.runtime import services as composition
from regain.runtime.services import Services

_ROOT_KEYS = {
    "CODE_KEY": ("CodeKey", "CodeKeyGeneration"),
    "PROOF_KEY": ("ProofKey", "ProofKeyGeneration"),
    "PASSWORD_KEY": ("PasswordKey", "PasswordKeyGeneration"),
}
"""The environment variables of the keys that are rotated: each key, and the parameter that says its generation."""
_VARIABLES = {
    "ACCOUNT_TABLE": "AccountTable",
    "IDENTIFIER_TABLE": "IdentifierTable",
    "SESSION_TABLE": "SessionTable",
    "SECURITY_INFO_TABLE": "SecurityInfoTable",
    "RECOVERY_TABLE": "RecoveryTable",
    "LIMIT_TABLE": "LimitTable",
    "EVENT_TABLE": "EventTable",
    "OUTBOX_TABLE": "OutboxTable",
    "REPORT_TABLE": "ReportTable",
    "PROVISIONING_TABLE": "ProvisioningTable",
    "SERVICE_KEY": "ServiceKey",
    **{name: resource for name, (resource, _) in _ROOT_KEYS.items()},
}
"""The environment variables of `runtime.services`, and the resources of `template.yaml` that they name."""


class StackError(Exception):
    """The stack does not exist or is not running; the message says what to do."""


@dataclass(frozen=True)
class Stack:
    """A stack and its organisation file. `region` is the one from the command line."""

    stack: str
    state: Path
    organisation_file: Path
    region: str = ""

    @property
    def on_aws(self) -> bool:
        """Whether the stack is on AWS."""
        return bool(self.stack)

    def enter_region(self) -> None:
        """Makes the stack's own region the one that everything asks, whatever the environment and the profile say (A3).

        That is the region of the command line, else of the stack's samconfig file; without one, boto3's.

        Raises:
            SamconfigError: the file cannot be read.
        """
        kept = samconfig.read(samconfig.path_of(self.stack)) if self.on_aws else None
        region = self.region or (kept.region if kept else "") or os.environ.get("AWS_REGION", "")
        if self.on_aws and region:
            os.environ.update(AWS_REGION=region, AWS_DEFAULT_REGION=region)

    def organisation(self) -> Organisation:
        """The organisation: for a stack on AWS as in the file, for the embedded stack as it runs."""
        return organisation_file.read(self.organisation_file) if self.on_aws else self.services().organisation

    def services(self) -> Services:
        """The services of the stack, as its functions have them.

        Raises:
            StackError: it is not there.
            InvalidFile: the organisation file has some.
        """
        environment = self._on_aws() if self.on_aws else self._here()
        os.environ.update(environment)
        services = composition.services()
        if not self.on_aws:
            _wake_after_writes(services.store.client, environment["SITE_URL"])
        return services

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack on AWS. Raises StackError."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._description().get("Outputs", ())}

    def resources(self) -> dict[str, str]:
        """The physical IDs of the resources of the stack on AWS, by logical ID. Raises StackError."""
        pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
        try:
            found = [each for page in pages.paginate(StackName=self.stack) for each in page["StackResourceSummaries"]]
        except ClientError as error:
            raise self._not_there(error) from None
        return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}

    def origin(self) -> str:
        """Where site and API answer, without a slash at its end.

        Raises:
            StackError: it is behind a proxy (Site=none), and `organisation.site_url` does not say where.
        """
        if self.on_aws:
            url = self.outputs().get("SiteUrl") or self.organisation().organisation.site_url
        else:
            url = self._here()["SITE_URL"]
        if not url:
            raise StackError("Set organisation.site_url: the site is behind your own proxy.")
        return url.rstrip("/")

    def _description(self) -> dict[str, Any]:
        try:
            (stack,) = boto3.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as error:
            raise self._not_there(error) from None
        return dict(stack)

    def _not_there(self, error: ClientError) -> StackError:
        region = boto3.Session().region_name
        return StackError(
            f"There is no stack {self.stack} in this account in {region} ({error.response['Error']['Code']}). Name its"
            f" region with --region, or keep {samconfig.path_of(self.stack)} beside organisation.yaml; AWS_PROFILE"
            " chooses the account."
        )

    def _here(self) -> dict[str, str]:
        known = self.state / "stack.json"
        if not known.exists():
            raise StackError(
                f"No stack runs in {self.state}. Start one with `make serve`, name its folder with --state, or a stack "
                "on AWS with --stack."
            )
        try:
            environment: dict[str, str] = json.loads(known.read_text())
        except ValueError:
            raise StackError(f"{known} cannot be read: was the disk full? Run `make serve` again.") from None
        return environment

    def _on_aws(self) -> dict[str, str]:
        physical = self.resources()
        missing = [name for name in _VARIABLES.values() if name not in physical]
        if missing:
            raise StackError(f"{self.stack} is not a stack of Regain: it has no {', '.join(missing)}.")
        folder = tempfile.TemporaryDirectory(prefix="regain-")
        atexit.register(folder.cleanup)  # the services read the file for as long as this process runs (A46)
        packed = Path(folder.name) / "organisation.json"
        packed.write_bytes(msgspec.json.encode(organisation_file.read(self.organisation_file)))
        variables = {variable: physical[name] for variable, name in _VARIABLES.items()}
        variables["ARCHIVE_BUCKET"] = physical.get("ArchiveBucket", "")
        if directory := physical.get("DirectoryFunction"):
            variables["DIRECTORY_FUNCTION"] = f"{directory}:live"
        return {**variables, **self._given(), "ORGANISATION_FILE": str(packed)}

    def _given(self) -> dict[str, str]:
        """The generations of the keys in use, so that a command derives what functions derive; and the event bus."""
        parameters = self._description().get("Parameters", ())
        given = {each["ParameterKey"]: each["ParameterValue"] for each in parameters}
        generations = {f"{name}_GENERATION": given.get(key, "1") for name, (_, key) in _ROOT_KEYS.items()}
        return {**generations, "EVENT_BUS": given.get("EventBusArn", "")}


def _wake_after_writes(client: Any, origin: str) -> None:
    """Tells the embedded stack when something was written: it polls its streams rarely."""
    if "_make_api_call" in vars(client):
        return  # already wrapped
    ask = client._make_api_call

    def asking(operation: str, params: dict[str, Any]) -> Any:
        answer = ask(operation, params)
        if operation in ("TransactWriteItems", "UpdateItem"):
            wake()
        return answer

    def wake() -> None:
        with contextlib.suppress(OSError):  # it may have been stopped meanwhile
            woken = urllib.request.Request(f"{origin}local/wake", method="POST")  # noqa: S310 - this machine
            urllib.request.urlopen(woken, timeout=2).close()  # noqa: S310

    client._make_api_call = asking

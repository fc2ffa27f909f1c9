"""Read-only lookups of what AWS already knows about a deployment, with short timeouts."""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_PATIENCE = Config(connect_timeout=4, read_timeout=8, retries={"total_max_attempts": 2})
_GLOBAL = "us-east-1"  # where CloudFront looks for certificates, and where budgets are


@dataclass(frozen=True)
class StackState:
    """A stack as CloudFormation has it. `protected`: it has termination protection."""

    status: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    account: str = ""
    protected: bool = False

    @property
    def exists(self) -> bool:
        """Whether it was ever deployed. A stack that a failed first deployment left behind was not."""
        return self.status not in ("", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")

    def has_made_identity(self, domain: str) -> bool:
        """Whether the stack created the SES identity of this domain itself."""
        made = self.parameters.get("CreateSenderIdentity", "yes") == "yes"
        return self.exists and made and self.parameters.get("SenderDomain") == domain


def client(service: str, region: str) -> Any:
    """A client with short timeouts."""
    return boto3.client(service, region_name=region, config=_PATIENCE)


def every(client: Any, operation: str, key: str, **request: Any) -> list[Any]:
    """Everything that an operation lists under a key, from all pages. Raises ClientError or BotoCoreError."""
    pages = client.get_paginator(operation).paginate(**request)
    return [each for page in pages for each in page.get(key, ())]


def has_credentials() -> bool:
    """Whether this machine has credentials for AWS, valid or not."""
    try:
        return boto3.Session().get_credentials() is not None
    except BotoCoreError:
        return False


def account(region: str) -> str:
    """The id of the account of these credentials. Raises ClientError or BotoCoreError."""
    return str(client("sts", region).get_caller_identity()["Account"])


def stack(name: str, region: str) -> StackState:
    """The stack's state; its status is "" if it does not exist. Raises ClientError or BotoCoreError."""
    try:
        (found,) = client("cloudformation", region).describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return StackState()
        raise
    given = {each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", ())}
    number = found.get("StackId", "::::").split(":")[4]
    return StackState(found["StackStatus"], given, number, found.get("EnableTerminationProtection", False))


def failures(name: str, region: str) -> list[str]:
    """Why the last deployment failed: the first resources that could not be created. Raises as `stack` does."""
    events = every(client("cloudformation", region), "describe_stack_events", "StackEvents", StackName=name)
    failed = [each for each in reversed(events) if each["ResourceStatus"].endswith("_FAILED")]
    reasons = [f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}" for each in failed]
    return [each for each in reasons if "cancelled" not in each][:3]


def certificate_mistake(arn: str, host: str) -> str:
    """Why CloudFront would reject a certificate for a host name; "" if it would not, or AWS does not say."""
    try:
        found = client("acm", _GLOBAL).describe_certificate(CertificateArn=arn)["Certificate"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return f"this account has no certificate {arn} in {_GLOBAL}"
        return ""
    except BotoCoreError:
        return ""
    if found["Status"] != "ISSUED":
        return f"the certificate is {found['Status']}, not ISSUED yet: add the CNAME record that ACM shows, and wait"
    names = {found.get("DomainName", ""), *found.get("SubjectAlternativeNames", ())}
    wildcard = f"*.{host.partition('.')[2]}"
    return "" if {host, wildcard} & names else f"the certificate is for {', '.join(sorted(names))}, not for {host}"


def has_ses_identity(domain: str, region: str) -> bool:
    """Whether the account has an SES identity for a domain in a region. Raises ClientError or BotoCoreError."""
    try:
        client("sesv2", region).get_email_identity(EmailIdentity=domain)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return False
        raise
    return True


def budgets(number: str) -> list[str]:
    """The names of an account's budgets for costs. Raises ClientError or BotoCoreError."""
    found = every(client("budgets", _GLOBAL), "describe_budgets", "Budgets", AccountId=number)
    return [each["BudgetName"] for each in found if each["BudgetType"] == "COST"]

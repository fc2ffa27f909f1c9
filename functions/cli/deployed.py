"""The checks of `doctor` for a stack on AWS: its account, its alarms, and whether site and API respond."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3

from cli import lookups
from cli.finding import Finding, asked, either
from cli.releases import releases
from cli.stack import Stack
from regain.organisation.settings import Organisation

_CONCURRENCY = 100  # executions at once below which a busy Monday morning is turned away
_PATIENCE = 10
_KEYS = ("CodeKey", "ProofKey", "ServiceKey", "PasswordKey", "DataKey")


def on_aws(stack: Stack, organisation: Organisation, state: lookups.StackState) -> Iterator[Finding]:
    """Releases, keys, quotas, alarms, and whether site and API respond where they should and only there."""
    resources, outputs = stack.resources(), stack.outputs()
    yield from releases(stack, resources, state)
    yield from _keys(resources)
    yield from _account(stack, resources, state)
    yield from _alarms(resources)
    if "SiteUrl" in outputs:
        yield from _shown_as_built(outputs, organisation)
        yield from _answers(outputs, organisation)


def _keys(resources: dict[str, str]) -> Iterator[Finding]:
    """Keys that somebody has disabled, or that will be deleted: all that they derive or encrypt would be lost."""
    client = boto3.client("kms")
    for name in (name for name in _KEYS if name in resources):
        told = asked(client.describe_key, KeyId=resources[name])
        if isinstance(told, Finding):
            yield told
        elif (status := told["KeyMetadata"]["KeyState"]) != "Enabled":
            called_off = f"aws kms cancel-key-deletion --key-id {resources[name]}, then "
            to_do = f"{called_off if 'Deletion' in status else ''}aws kms enable-key --key-id {resources[name]}"
            yield Finding("wrong", f"{name} is not usable: its state is {status}.", f"At once: {to_do}")


def _account(stack: Stack, resources: dict[str, str], state: lookups.StackState) -> Iterator[Finding]:
    """Key rotation, quotas, termination protection and a budget."""
    status = asked(boto3.client("kms").get_key_rotation_status, KeyId=resources.get("DataKey", ""))
    if isinstance(status, Finding):
        yield status
    else:
        to_do = f"Turn rotation on: aws kms enable-key-rotation --key-id {resources['DataKey']}"
        yield either(
            status["KeyRotationEnabled"], "The key that encrypts the tables is rotated every year.",
            "The key that encrypts the tables is not rotated.", to_do,
        )  # fmt: skip
    quota = asked(boto3.client("lambda").get_account_settings)
    if isinstance(quota, Finding):
        yield quota
    else:
        most = quota["AccountLimit"]["ConcurrentExecutions"]
        to_do = "Raise the quota 'Concurrent executions' of AWS Lambda to 1,000; it takes a day."
        yield either(
            most >= _CONCURRENCY, f"{most} functions may run at once.", f"Only {most} functions may run at once.",
            to_do, "warning",
        )  # fmt: skip
    if state.status:
        to_do = (
            "Protect it: aws cloudformation update-termination-protection --enable-termination-protection"
            f" --stack-name {stack.stack}"
        )
        yield either(
            state.protected, "The stack is protected against deletion.", "Anybody could delete the stack by mistake.",
            to_do, "warning",
        )  # fmt: skip
    yield from _budget(state)


def _budget(state: lookups.StackState) -> Iterator[Finding]:
    """A flood costs money before it costs anything else, and mail and texts carry no tag of a stack (A19)."""
    told = asked(lookups.budgets, number=state.account)
    if isinstance(told, Finding):
        yield told
    elif not told:
        to_do = "Make a budget for the account: the guide 'Deploy' has the command."
        yield Finding("warning", "Nobody hears when a month becomes expensive.", to_do)
    else:
        yield Finding("ok", f"A budget watches what the account costs: {', '.join(told)}.")


def _shown_as_built(outputs: dict[str, str], organisation: Organisation) -> Iterator[Finding]:
    """Languages and frame origins are parameters of the stack: they may differ from `organisation.yaml`."""
    about = organisation.organisation
    languages, origins = ",".join(about.languages), " ".join(about.deployed_embed_from)
    yield either(
        outputs.get("SiteLanguages") == languages, "CloudFront knows the languages of organisation.yaml.",
        "CloudFront leads browsers to other languages than organisation.yaml names.",
        f"Deploy again with Languages={languages}",
    )  # fmt: skip
    yield either(
        outputs.get("SiteEmbedFrom", "") == origins, "The form may be framed by whom organisation.yaml names.",
        "The form may be framed by others than organisation.yaml names.",
        f'Deploy again with EmbedFrom="{origins}"',
    )  # fmt: skip


def _alarms(resources: dict[str, str]) -> Iterator[Finding]:
    if "AlarmTopic" not in resources:
        yield Finding("warning", "Nobody hears of alarms.", "Deploy again with AlarmEmail.")
        return
    listing = {"operation": "list_subscriptions_by_topic", "key": "Subscriptions", "TopicArn": resources["AlarmTopic"]}
    told = asked(lookups.every, client=boto3.client("sns"), **listing)
    if isinstance(told, Finding):
        yield told
        return
    confirmed = [each for each in told if each["SubscriptionArn"].startswith("arn:")]
    yield either(
        confirmed, "Somebody hears of alarms.", "Nobody has confirmed to hear of alarms.",
        "Open the mail that AWS has sent to AlarmEmail.",
    )  # fmt: skip


def _answers(outputs: dict[str, str], organisation: Organisation) -> Iterator[Finding]:
    site, api = outputs["SiteUrl"].rstrip("/"), outputs["ApiUrl"]
    yield either(
        _status(f"{site}/") == 200, f"The site answers at {site}/.", f"The site does not answer at {site}/.",
        "Publish it: ./regain --stack NAME publish",
    )  # fmt: skip
    yield either(
        _status(f"{site}/api/health") == 200, "The API answers through the site.",
        "The API does not answer through the site.", "Look at the log of the service function.",
    )  # fmt: skip
    shut = _status(f"{api.rstrip('/')}/api/health") != 200
    yield either(
        shut, "The API answers through the site only.", "The API also answers requests that bypass CloudFront and WAF.",
        "Deploy again: a function has no ORIGIN_KEYS.",
    )  # fmt: skip
    named, real = urlsplit(organisation.organisation.site_url).netloc, urlsplit(site).netloc
    if named and named != real:
        to_do = f"Set organisation.site_url to {site}/, or deploy with DomainName={named}."
        yield Finding("wrong", f"organisation.yaml says that the site is at {named}, and it is at {real}.", to_do)


def _status(url: str) -> int:
    """The status of a GET request; 0 if there is no response."""
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - https, from the stack's outputs
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0

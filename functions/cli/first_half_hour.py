"""The guide `docs/admin/first-half-hour.md`: what only AWS can answer, with the command, what must be seen, what else.

`python -m cli.first_half_hour` writes it, from the steps of `doctor --deep` and from the list below; a test compares.
"""

from dataclasses import dataclass

from cli.deep_steps import STEPS
from cli.template_parameters import TEMPLATE

PAGE = TEMPLATE.parent / "docs" / "admin" / "first-half-hour.md"


@dataclass(frozen=True)
class Check:
    """One thing that a program does not see. `commands` are lines of a shell; `when` says where it applies."""

    title: str
    why: str
    commands: tuple[str, ...]
    seen: str
    otherwise: str
    when: str = ""


_NAME = (
    "aws cloudformation describe-stack-resource --stack-name regain --logical-resource-id {} --query {} --output text"
)
_PHYSICAL = "StackResourceDetail.PhysicalResourceId"

_DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "dynamodb:UpdateItem", "Resource": "*"}]}'

CHECKS = (
    Check(
        "Every function runs the release that you deployed",
        "A stack update moves all functions to their new version at once. `doctor` asks each of them.",
        ("make release-id STACK=regain", "./regain --stack regain doctor"),
        f"`ok all {len(STEPS)} functions run the release …`, with the first letters of what `make release-id` prints.",
        "A function that is named runs another release. Deploy again; then look at the stack's events.",
    ),
    Check(
        "Old versions are gone",
        "Each version that SnapStart keeps costs about 2 US dollars a month. Look after the *second* deployment.",
        (
            f"NAME=$({_NAME.format('ResetFunction', _PHYSICAL)})",
            'aws lambda list-versions-by-function --function-name "$NAME" --query "Versions[].Version"',
        ),
        "`$LATEST` and one number.",
        "Delete the older numbers: `aws lambda delete-function --function-name NAME --qualifier NUMBER`.",
    ),
    Check(
        "Your own mail server believes the mail",
        "Only a mailbox shows whether receivers take a message for signed. `doctor --deep` has sent one.",
        (),
        "In its source: `dkim=pass` with your domain behind `header.d=`, and `dmarc=pass`.",
        "Add the records that SES shows for the domain. It takes up to an hour until they are seen.",
    ),
    Check(
        "An alarm reaches somebody",
        "Alarms go through a topic that is encrypted with your key, to an address that has to confirm once.",
        (
            f"ALARM=$({_NAME.format('ApiFails', _PHYSICAL)})",
            'aws cloudwatch set-alarm-state --alarm-name "$ALARM" --state-value ALARM --state-reason "first half hour"',
        ),
        "A mail within two minutes, and a second one when CloudWatch sets it back.",
        "Open the mail *AWS Notification - Subscription Confirmation*, or set `AlarmEmail` and deploy.",
        "`AlarmEmail` is set",
    ),
    Check(
        "A text arrives",
        "Countries, registrations and spend limits decide that, and no program can read your phone.",
        (
            "aws pinpoint-sms-voice-v2 describe-spend-limits",
            'aws pinpoint-sms-voice-v2 send-text-message --origination-identity "$NUMBER"'
            ' --destination-phone-number "$PHONE" --message-body "A test"',
        ),
        "The text, within ten seconds, and an `EnforcedLimit` that lasts for a month.",
        "The error names what is missing: a verified number (sandbox), a registration, or the monthly limit.",
        "texts or calls are offered",
    ),
    Check(
        "An address that does not exist is answered with the site's own page",
        "CloudFront asks the API where the bucket has no file.",
        ('curl --silent --head "$SITE/no-such-page/"',),
        "`404`, with `content-type: text/html`.",
        "`403` is S3's: deploy again, and wait until the distribution says *Deployed*.",
    ),
    Check(
        "Nobody goes round CloudFront",
        "The API takes what shows one of the two keys that CloudFront knows. `doctor` asks it without.",
        ('curl --silent --head "$API/api/health"',),
        "`404`.",
        "`200`: a function has no key. Deploy again.",
    ),
    Check(
        "Events are archived",
        "The bucket is encrypted with your key, and only the report function may write to it.",
        (f"BUCKET=$({_NAME.format('ArchiveBucket', _PHYSICAL)})", 'aws s3 ls "s3://$BUCKET/events/" --recursive'),
        "A file of today.",
        "`AccessDenied` in the log of the report function names the statement of its role.",
    ),
    Check(
        "A message that could not be sent comes again",
        "What fails is put aside as a place in a stream, and read again later. So for some minutes let notify fail.",
        (
            f"ROLE=$({_NAME.format('NotifyRole', _PHYSICAL)})",
            f"aws iam put-role-policy --role-name \"$ROLE\" --policy-name Broken --policy-document '{_DENY}'",
            "# now ask for help on the site, wait two minutes, and mend it:",
            'aws iam delete-role-policy --role-name "$ROLE" --policy-name Broken',
        ),
        "Nothing at first. The mail comes within ten minutes of mending, once.",
        "Look at the queue `UnsentQueue`, and at the log of the notify function.",
    ),
    Check(
        "Nothing was lost on the way",
        "What failed for an hour is in one queue. It is empty.",
        (
            f"QUEUE=$({_NAME.format('LostQueue', _PHYSICAL)})",
            'aws sqs get-queue-attributes --queue-url "$QUEUE" --attribute-names ApproximateNumberOfMessages',
        ),
        "`0`.",
        "[The table of alarms](observe.md#alarms) says under `SomethingLost` how to send it round once more.",
    ),
)


def page() -> str:
    """The whole page, in Markdown."""
    rows = "\n".join(f"| `{step.role}` | {step.shows} | {step.otherwise} |" for step in STEPS)
    sections = "\n".join(_section(number, check) for number, check in enumerate(CHECKS, start=1))
    return f"{_HEAD}{rows}{_BETWEEN}{sections}"


def _section(number: int, check: Check) -> str:
    title = f"### {number}. {check.title}\n\n{check.why}" + (f" Only where {check.when}." if check.when else "")
    commands = "\n\n" + "\n".join(f"    {line}" for line in check.commands) if check.commands else ""
    return f"{title}{commands}\n\n- You must see: {check.seen}\n- If not: {check.otherwise}\n"


_HEAD = """---
title: "The first half hour on AWS"
description: "What only AWS can answer: the command for each, what you must see, and what to do otherwise."
id: RG-0060
audience: administrators
topic: task
owner: Account help team
reviewed: 2026-11-26
keywords: [first deployment, check, doctor, AWS]
---
# The first half hour on AWS

What can be shown without AWS, the tests of Regain show. This page is the rest. Go through it after your first
deployment, and again after an upgrade that changes the template. Nothing in it changes what people see.

Wherever it says `regain`, put the name of your stack. `SITE` and `API` are the outputs `SiteUrl` and `ApiUrl`, without
a slash at the end; `PHONE` is your own number with its country code, and `NUMBER` the one that texts come from.

## What a program can do

    ./regain --stack regain doctor --deep

It makes an account `regain-canary` in your first domain, with a recovery code and an authenticator of its own: no code
is read from anywhere. With these it plays what people do, through the site's own address. One mail goes to your
administrator's address; the notices to the account itself go to the mailbox simulator of Amazon SES. Then it deletes
the account, its events and its messages, and takes them out of the counts, also when you stop it with Ctrl-C. The
archive keeps the events. All of it takes a minute or two.

Each line names the function whose role it has used:

<div class="table" markdown>

| line | shows that | if it is `wrong`, look for |
|---|---|---|
"""

_BETWEEN = """

</div>

The log says why: `aws logs tail /regain/regain/functions --since 15m --filter-pattern ERROR`. The statements of the
roles are in `template.yaml`.

## What you see yourself

"""


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page())


if __name__ == "__main__":
    main()

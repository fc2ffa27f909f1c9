"""The pages of problems, and the table "Which message do you see?", from the catalogue."""

import json
import re
from typing import Any

from hooks.addresses import PAGES, address
from regain.api import contract
from regain.domain.policy import ABILITIES
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.phrases import Phrase
from regain.problems import ARTICLE_NUMBERS, CATALOGUE, Problem

REVIEWED = "2026-11-26"
"""When the texts of the problem catalogue were last reviewed."""

_FORMS = {
    "recovery": ("/api/reset", "/api/unlock"),
    "account": ("/api/account",),
    "not-me": ("/api/account/secure",),
    "contact": ("/api/contact",),
    "admin": ("/api/admin",),
}
"""The API paths that each form calls, by the name of its partial."""

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_HELP_FROM = {
    "administrator": Phrase("Your administrator: [contact your administrator](page:administrator)."),
    "support": Phrase("Support: [contact support](page:support)."),
    "you": Phrase("You can usually do this yourself. If not, [contact your administrator](page:administrator)."),
}
_HAPPENED, _TO_DO, _HELP = Phrase("What happened"), Phrase("What to do"), Phrase("If this did not help")
_ALL_PROBLEMS = Phrase("[All messages and what they mean](page:problems)")
_DESCRIBED = Phrase("What it means when you see “{title}”, and what to do about it.")
_QUOTE = Phrase("If you see a **reference** (R- and eight letters and digits), quote it.")
_PEOPLE = ("/api/account", "/api/contact")
_FOR_PROGRAMS = ("send-json", "method-not-allowed")


def can_occur(problem: Problem, organisation: Organisation) -> bool:
    """Whether the problem can occur with this organisation's settings."""
    recovery, offered = organisation.recovery, policies.offered(organisation)
    wanted = problem.features.split()
    nobody_signs_in = not any(policies.signs_in(organisation, domain) for domain in organisation.domains.values())
    if nobody_signs_in and problem not in _met_at(_FORMS["recovery"] + _FORMS["contact"]):
        return problem.features == "no-sign-in"
    here = [domain for domain in organisation.domains.values() if domain.offers]
    by_domain = {
        "several-domains": len(organisation.domains) > 1,
        "directory": any(domain.has_directory for domain in here),
        "no-ability": any(domain.offers != ABILITIES for domain in here),
        "no-unlock": any("unlock" not in domain.offers for domain in here),
        "no-sign-in": any(not policies.signs_in(organisation, domain) for domain in here),
        "provider": organisation.sign_in.oidc is not None,
    }
    return (
        not wanted
        or any(by_domain.get(each, False) for each in wanted)
        or any(each in offered or getattr(recovery, each, False) for each in wanted)
    )


def problems(organisation: Organisation) -> dict[str, Problem]:
    """The problems that can occur with this organisation's settings, by code."""
    return {code: problem for code, problem in CATALOGUE.items() if can_occur(problem, organisation)}


def steps(problem: Problem, organisation: Organisation) -> tuple[str, ...]:
    """What to do, without the steps that nobody of this organisation could take."""
    unlocks = policies.unlocks(organisation)
    return tuple(step for step in problem.steps if unlocks or "(page:unlock)" not in step)


def problem_fields(organisation: Organisation, paths: tuple[str, ...]) -> dict[str, str]:
    """The problems that a form shows beside a field, by the name of the field: codes of the operations it calls.

    All that a form says of a problem stands in the response, in the language of the page.
    """
    operations = [operation for operation in contract.OPERATIONS if operation.path.startswith(paths)]
    listed = {problem.code for operation in operations for problem in operation.problems}
    fields: dict[str, str] = {}
    for code, problem in problems(organisation).items():
        if code in listed and problem.field:
            fields[problem.field] = f"{fields.get(problem.field, '')} {code}".strip()
    return fields


def fields_of_forms(organisation: Organisation) -> dict[str, dict[str, str]]:
    """`problem_fields` of each form, by the name of its partial."""
    return {form: problem_fields(organisation, paths) for form, paths in _FORMS.items()}


def has_support(organisation: Organisation) -> bool:
    """Whether the settings name any way to reach support (F12)."""
    support = organisation.contacts.support
    return bool(support.email or support.phone or support.url or support.per_service)


def for_the_desk(problem: Problem) -> bool:
    """Whether only helpdesk, administrators and programs can meet the problem (F52)."""
    return problem not in _met_at(_FORMS["recovery"] + _PEOPLE) or problem.code in _FOR_PROGRAMS


def _met_at(paths: tuple[str, ...]) -> frozenset[Problem]:
    """The problems that can be met at these paths of the API."""
    found = (each.problems for each in contract.OPERATIONS if each.path.startswith(paths))
    return frozenset({*contract.COMMON_PROBLEMS, *contract.BODY_PROBLEMS}.union(*found))


def problem_page(problem: Problem, organisation: Organisation, language: Language) -> str:
    """The Markdown of a problem's page, `errors/<code>.md`, with its facts still in braces."""
    say = language.gettext
    title = say(problem.title)
    numbered = enumerate(steps(problem, organisation), start=1)
    to_do = "\n".join(f"{n}. {_linked(say(step))}" for n, step in numbered)
    helper = problem.help_from if problem.help_from != "support" or has_support(organisation) else "administrator"
    described = say(_DESCRIBED).replace("{title}", title)
    return f"""---
title: {json.dumps(title, ensure_ascii=False)}
description: {json.dumps(described, ensure_ascii=False)}
id: RG-{ARTICLE_NUMBERS[problem.code]}
audience: everybody
topic: troubleshooting
owner: Account help team
reviewed: {REVIEWED}
keywords: [{problem.code}]
---
# {title}

## {say(_HAPPENED)} {{: #what-happened }}

{_linked(say(problem.explanation))}

## {say(_TO_DO)} {{: #what-to-do }}

{to_do}

## {say(_HELP)} {{: #if-this-did-not-help }}

{_linked(say(_HELP_FROM[helper]))} {say(_QUOTE)}

{_linked(say(_ALL_PROBLEMS))}
"""


def problem_rows(organisation: Organisation, language: Language) -> list[dict[str, Any]]:
    """The rows of the table "Which message do you see?": the articles' four first, then the others by title (S63)."""
    say = language.gettext
    every = sorted(problems(organisation).values(), key=lambda p: (p.table_row or "Z", say(p.title)))
    return [
        {
            "code": problem.code,
            "title": say(problem.title),
            "means": _LINK.sub(r"\1", say(problem.explanation)),
            "do": _LINK.sub(r"\1", say(steps(problem, organisation)[0])),
            "row": problem.table_row,
            "desk": for_the_desk(problem),
        }
        for problem in every
    ]


def _linked(text: str) -> str:
    """Replaces `page:` links with relative links, which MkDocs checks."""

    def one(match: re.Match[str]) -> str:
        words, target = match.groups()
        if not target.startswith("page:"):
            return f"[{words}](fact:{target.removeprefix('fact:')})"
        address(target, {})
        return f"[{words}](../{PAGES[target.removeprefix('page:')]})"

    return _LINK.sub(one, text)

"""Security info on the account page: what is registered, and what could be (S74)."""

from regain.api.contract import MethodsView, PredefinedQuestion
from regain.api.request_context import RequestContext
from regain.domain import registration as rules
from regain.domain import security_questions
from regain.domain.account import required_gates
from regain.recovery.listing import listed
from regain.recovery.session import require_session
from regain.runtime.services import services


def list_methods(context: RequestContext) -> MethodsView:
    """What is registered and what could be, with addresses and numbers unmasked.

    They are masked for a person who still has to choose a password, because helpdesk knows temporary passwords (X16).
    """
    who = require_session(context, services())
    recovery = who.settings.recovery
    offered = rules.registrable_kinds(who.account, recovery)
    given = (
        [PredefinedQuestion(key, text) for key, text in security_questions.PREDEFINED.items()]
        if "questions" in offered
        else []
    )
    return MethodsView(
        state=who.registration_status().state,
        required=required_gates(who.account, recovery),
        methods=listed(who.holder, masked=who.account.must_change_password),
        offered=list(offered),
        questions=given,
        questions_needed=recovery.questions_registered,
    )

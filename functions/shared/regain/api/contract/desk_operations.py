"""The operations of the desk: what helpdesk and administrators work with, beside acts on an account."""

from regain import problems
from regain.api.contract.desk import (
    ChangedRequests,
    ChangeRequest,
    ChangeRequests,
    HelpRequestView,
    PeopleFound,
    PeopleQuery,
    RequestPage,
    RequestQuery,
    SettingsView,
)
from regain.api.contract.invitations import (
    BeginInvitation,
    InvitationPage,
    InvitationQuery,
    InvitationView,
    MoveInvitation,
)
from regain.api.contract.operation import Operation

_AGENT = (problems.SIGN_IN_NEEDED, problems.CHANGE_PASSWORD_FIRST, problems.NOT_FOR_YOUR_ROLE)
_READ = (*_AGENT, problems.TOO_MANY_REQUESTS)
_CHANGE = (*_READ, problems.CROSS_SITE_REQUEST)
SEARCH_PEOPLE = Operation(
    "POST", "/api/admin/people/search", "Search for people", PeopleFound, 200, PeopleQuery, _CHANGE, session=True
)
REQUESTS = Operation(
    "GET", "/api/admin/requests", "List requests for help", RequestPage, 200, None, (*_READ, problems.BAD_REQUEST),
    session=True, query=RequestQuery,
)  # fmt: skip
CHANGE_REQUESTS = Operation(
    "POST", "/api/admin/requests", "Change the state of requests for help", ChangedRequests, 200, ChangeRequests,
    _CHANGE, session=True,
)  # fmt: skip
CHANGE_REQUEST = Operation(
    "POST", "/api/admin/requests/{id}", "Change the state of a request for help", HelpRequestView, 200, ChangeRequest,
    (*_CHANGE, problems.NO_SUCH_REQUEST, problems.REQUEST_TAKEN), session=True,
)  # fmt: skip
SETTINGS = Operation(
    "GET", "/api/admin/settings", "Show the settings that hold", SettingsView, 200, None, _READ, session=True
)
_INVITE = (*_CHANGE, problems.NOT_OVER_THIS_ACCOUNT, problems.SECOND_FACTOR_NEEDED)
INVITATIONS = Operation(
    "GET", "/api/admin/invitations", "List invitations to register", InvitationPage, 200, None,
    (*_READ, problems.BAD_REQUEST), session=True, query=InvitationQuery,
)  # fmt: skip
INVITATION = Operation(
    "GET", "/api/admin/invitations/{id}", "Show an invitation", InvitationView, 200, None,
    (*_READ, problems.NO_SUCH_INVITATION), session=True,
)  # fmt: skip
BEGIN_INVITATION = Operation(
    "POST", "/api/admin/invitations", "Ask people to register", InvitationView, 200, BeginInvitation,
    (*_INVITE, problems.DEADLINE_NOT_POSSIBLE, problems.NOBODY_TO_INVITE), session=True,
)  # fmt: skip
MOVE_INVITATION = Operation(
    "POST", "/api/admin/invitations/{id}", "Stop or resume an invitation", InvitationView, 200, MoveInvitation,
    (*_INVITE, problems.NO_SUCH_INVITATION), session=True,
)  # fmt: skip
DESK = (
    SEARCH_PEOPLE, REQUESTS, CHANGE_REQUESTS, CHANGE_REQUEST, SETTINGS, INVITATIONS, INVITATION, BEGIN_INVITATION,
    MOVE_INVITATION,
)  # fmt: skip

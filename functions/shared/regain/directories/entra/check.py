"""Checks for the usual problems between Regain and Entra ID, with a finding for each. Read-only."""

import base64
import json
import re
from collections.abc import Iterator

from regain.directories.base import Finding, NotAllowed, Unanswered
from regain.directories.entra import graph
from regain.directories.entra.graph import Graph
from regain.domain.entra import Entra

NEEDED = {
    "User.Read.All": "finds people",
    "User-PasswordProfile.ReadWrite.All": "sets passwords",
    "User.RevokeSessions.All": "ends sessions after a reset",
}
"""The application permissions that Regain needs, and what each is for."""
_NAMES_OF_GROUPS = {"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}
_TOO_MUCH = re.compile(r"(?!User-PasswordProfile\.).*\.(ReadWrite|FullControl|AccessAsUser)(\.|$).*")
_SAMPLE = 50
_HINTS = (
    (("AADSTS700016", "unauthorized_client"), "Check `client`: the app has to be registered in this tenant."),
    (("AADSTS90002", "AADSTS900023", "AADSTS50059"), "Check `tenant`: it is the Directory (tenant) ID."),
    (("AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213", "AADSTS7002138"),
     "Add a federated credential to the app: issuer, subject and audience have to be those of the guide, letter by "
     "letter. The subject is the ARN of the role that asks: who runs this command has another than the functions."),
    (("AADSTS700027", "AADSTS700030"), "Upload the certificate to the app: the key in AWS KMS has to be its own."),
    (("OutboundWebIdentityFederationDisabled",),
     "Turn it on in this AWS account: aws iam enable-outbound-web-identity-federation"),
    (("sts:",), "Let the role call sts:GetWebIdentityToken with the audience api://AzureADTokenExchange."),
    (("kms:",), "Let the role call kms:Sign with the key of the certificate (EntraKeyArn)."),
    (("certificate",), "Something between here and Microsoft opens TLS: let it through."),
)  # fmt: skip


def findings(directory: Graph, settings: Entra) -> Iterator[Finding]:
    """What is right and what is wrong with the app, its permissions, and what it sees of people."""
    try:
        token = directory.tokens.current()
        yield Finding("ok", f"Microsoft gives the app {settings.client} a token.")
        yield from _permissions(token)
        yield from _people(directory)
    except NotAllowed as wrong:
        hint = next((to_do for signs, to_do in _HINTS if any(sign in wrong.code for sign in signs)), "")
        yield Finding("wrong", f"Microsoft refuses ({wrong.code}).", hint or "Compare the app with the guide.")
    except Unanswered as failed:
        yield Finding("wrong", f"Microsoft does not answer ({failed}).", "Let TCP 443 out, and run the checks again.")


def _permissions(token: str) -> Iterator[Finding]:
    """What the token says that the app may do. It is for Graph to read: where it cannot be read here, that is said."""
    granted = _roles(token)
    if granted is None:
        yield Finding("warning", "The token does not show what the app may do.", "Run `doctor --try` with a test user.")
        return
    for name, why in NEEDED.items():
        if name not in granted:
            to_do = "Add it as an application permission of Microsoft Graph, and grant admin consent."
            yield Finding("wrong", f"The app lacks {name}, which {why}.", to_do)
    if not granted & _NAMES_OF_GROUPS:
        to_do = "Add GroupMember.Read.All, if `groups` or `protected_groups` in organisation.yaml name any."
        yield Finding("warning", "The app does not see the names of groups.", to_do)
    if more := sorted(name for name in granted - NEEDED.keys() if _TOO_MUCH.fullmatch(name)):
        yield Finding("warning", f"The app may do more than it needs: {', '.join(more)}.", "Take that away.")
    if granted >= NEEDED.keys():
        yield Finding("ok", f"The app may do what it needs: {', '.join(NEEDED)}.")


def _roles(token: str) -> frozenset[str] | None:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return frozenset(str(name) for name in claims.get("roles", ()))
    except (ValueError, IndexError, AttributeError, TypeError):
        return None


def _people(directory: Graph) -> Iterator[Finding]:
    """What a few people allow to conclude for all. 403: User.Read.All is missing, whatever the token says."""
    selected = "id,userType,onPremisesSyncEnabled,otherMails,mobilePhone"
    (answer,) = directory.get([f"/users?$top={_SAMPLE}&$select={selected}"])
    people = graph.objects(answer)
    if not people:
        yield Finding("wrong", "The app sees nobody in the tenant.", "Check `tenant`.")
        return
    yield Finding("ok", f"The app reads people: {len(people)} were looked at.")
    elsewhere = [each for each in people if each.get("onPremisesSyncEnabled") or each.get("userType") == "Guest"]
    if elsewhere:
        what = (
            f"{len(elsewhere)} of them are guests or synchronised from on-premises: their passwords are not set here."
        )
        to_do = "Where Active Directory has the passwords, use `directory: ldap`; it also reaches Microsoft 365."
        yield Finding("warning", what, to_do)
    own = [each for each in people if each not in elsewhere]
    if own and not any(each.get("otherMails") or each.get("mobilePhone") for each in own):
        to_do = "Fill in other e-mail addresses or mobile numbers: people prove who they are with these."
        yield Finding("warning", "None of them has another e-mail address or a mobile number.", to_do)

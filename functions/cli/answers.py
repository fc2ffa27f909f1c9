"""The values of a deployment: which ones `organisation.yaml` decides, and what is wrong with those that were given."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from cli.regions import SUPPORTED
from cli.template_parameters import parameters
from regain.domain.entra import Entra
from regain.domain.methods import uses_phone
from regain.organisation import policies
from regain.organisation.settings import Organisation

WAF_REGION = "us-east-1"
IDENTITY = "CreateSenderIdentity"
ORIGIN_KEYS = ("OriginKeyA", "OriginKeyB")
NOT_ASKED = (IDENTITY, "ProofOfWorkRounds", "OriginKeyA", "OriginKeyB", "CodeKeyGeneration", "ProofKeyGeneration",
             "PasswordKeyGeneration")  # fmt: skip
"""Set with `--set` or in the file: AWS knows them, the default is right, or the guide about keys says when."""
OFFICE = 300 * 17
"""The requests of 300 visits, which one network may make in ten minutes, at 17 requests each (A20)."""
NOT_KEPT = ("Release",)
"""Parameters that `make deploy` computes each time."""
_NETWORK = ("DirectorySubnets", "DirectorySecurityGroups")
_OF_ITS_REGION = ("OriginationIdentity", "EventBusArn", "DirectorySecretArn", "EntraKeyArn", "SignInSecretArn")
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")


def stack_mistake(name: str) -> str:
    """What is wrong with a stack's name; "" if nothing is."""
    if _STACK.fullmatch(name):
        return ""
    return f"`{name}` cannot be a stack's name: letters, digits and hyphens, a letter first, at most 32 characters."


def region_mistake(region: str) -> str:
    """Why Regain cannot run in a region; "" if it can."""
    if region in SUPPORTED:
        return ""
    near = difflib.get_close_matches(region, SUPPORTED, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return (
        f"Regain does not run in the region `{region}`: AWS has no such region, or it lacks a service.{meant}"
        f"\n    Choose one of: {', '.join(SUPPORTED)}"
    )


def derived(organisation: Organisation) -> dict[str, str]:
    """The values that `organisation.yaml` decides."""
    about = organisation.organisation
    return {
        "SenderDomain": organisation.sender.domain,
        "Languages": ",".join(about.languages),
        "EmbedFrom": " ".join(about.deployed_embed_from),
        "EntraFederation": "yes" if any(not each.certificate for each in _in_entra(organisation)) else "no",
        "UserPoolArns": ",".join(_user_pools(organisation)),
        "ManagedDirectoryArns": ",".join(_managed_directories(organisation)),
        "SignInSecretArn": organisation.sign_in.oidc.client_secret_arn if organisation.sign_in.oidc else "",
    }


def _user_pools(organisation: Organisation) -> list[str]:
    found = [domain.cognito for domain in organisation.domains.values() if domain.kind == "cognito" and domain.cognito]
    return _unique(_arn("cognito-idp", each.region, f"userpool/{each.pool}") for each in found)


def _managed_directories(organisation: Organisation) -> list[str]:
    found = [domain.ldap for domain in organisation.domains.values() if domain.kind == "aws-managed" and domain.ldap]
    return _unique(_arn("ds", each.region, f"directory/{each.directory_id}") for each in found)


def _unique(arns: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(arns))


def _arn(service: str, region: str, resource: str) -> str:
    """The ARN of something in the account that is deployed to: no role reaches one in another."""
    prefix = next((each for each in ("cn", "us-gov") if region.startswith(f"{each}-")), "")
    return f"arn:aws{prefix and f'-{prefix}'}:{service}:{region}:*:{resource}"


def _in_entra(organisation: Organisation) -> list[Entra]:
    return [domain.entra for domain in organisation.domains.values() if domain.entra]


def agrees(name: str, value: str, organisation: Organisation) -> bool:
    """Whether a value fits `organisation.yaml`. The identity may also be that of a domain above the sender's."""
    wanted = derived(organisation).get(name, value)
    return value == wanted or (name == "SenderDomain" and bool(value) and wanted.endswith(f".{value}"))


def disagreements(values: Mapping[str, str], organisation: Organisation) -> list[str]:
    """Where the values contradict `organisation.yaml`, in words."""
    return [
        f"{name} is `{values[name]}`, and by organisation.yaml it would be `{wanted}`."
        for name, wanted in derived(organisation).items()
        if name in values and not agrees(name, values[name], organisation)
    ]


def find_errors(values: Mapping[str, str], region: str) -> Iterator[str]:
    """What is wrong with the values, each with what would be right."""
    known = parameters()
    for name, value in values.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            yield f"{name}: there is no such parameter." + (f" Did you mean {near[0]}?" if near else "")
        elif what := known[name].mistake(value):
            yield f"{name}: {what}."
    if values.get("DomainName") and not values.get("CertificateArn"):
        yield "DomainName: it needs a CertificateArn, of a certificate for that name in us-east-1."
    for name in _NETWORK:
        if values.get("DirectorySecretArn") and not values.get(name):
            yield f"{name}: the function that reaches the directory needs it, for it runs in your network."
    for name in _OF_ITS_REGION:
        service, there = ([*values.get(name, "").split(":"), *[""] * 4])[2:4]
        if service and there != region:
            yield f"{name}: it is in {there}, and this stack is in {region}: a function reaches its own region only."
    if values.get("RequestsPerAddress", "0") != "0" and region != WAF_REGION:
        yield (
            f"RequestsPerAddress: AWS WAF for CloudFront can only be made in {WAF_REGION}, and this stack is in"
            f" {region}. Set it to 0, and name a web ACL of your own in WebAclArn."
        )


def advice(values: Mapping[str, str], organisation: Organisation) -> Iterator[str]:
    """Values that can be deployed but should be reconsidered."""
    ldap = next((name for name, domain in organisation.domains.items() if domain.in_network), "")
    if ldap and not values.get("DirectorySecretArn"):
        yield (
            f"DirectorySecretArn is empty: nobody of {ldap} can sign in or reset, because no function reaches the"
            " directory. The guide about your directory says how to keep the service account's password there."
        )
    if 0 < int(values.get("RequestsPerAddress") or 0) < OFFICE:
        yield (
            f"RequestsPerAddress is below {OFFICE}: an office behind one address would be blocked before the product's"
            " own limit, 300 visits in ten minutes. The guide recommends 10000."
        )
    if any(each.certificate for each in _in_entra(organisation)) and not values.get("EntraKeyArn"):
        yield "EntraKeyArn is empty: nobody can reset in Entra ID, because the key of the certificate is not known."
    host = values.get("DomainName", "")
    if host and any(domain == host or domain.endswith(f".{host}") for domain in organisation.domains):
        yield (
            f"DomainName is {host} itself: browsers then insist on HTTPS for every name below it, for two years"
            f" (HSTS). A name of its own, such as account.{host}, concerns nobody else."
        )


def matters(name: str, values: Mapping[str, str], organisation: Organisation, region: str) -> bool:
    """Whether to ask for a parameter, given the answers so far."""
    if name in (*NOT_ASKED, *NOT_KEPT, *derived(organisation)):
        return False
    if name == "OriginationIdentity":
        return any(uses_phone(kind) for kind in policies.offered(organisation))
    with_site = values.get("Site") != "none"
    with_directory = any(domain.in_network for domain in organisation.domains.values())
    return {
        "DirectorySecretArn": with_directory,
        "EntraKeyArn": any(each.certificate for each in _in_entra(organisation)),
        **dict.fromkeys(_NETWORK, with_directory and bool(values.get("DirectorySecretArn"))),
        "DomainName": with_site,
        "CertificateArn": with_site and bool(values.get("DomainName")),
        "RequestsPerAddress": with_site and region == WAF_REGION,
        "WebAclArn": with_site and values.get("RequestsPerAddress", "0") == "0",
    }.get(name, True)


def host_of_site(organisation: Organisation) -> str:
    """The host name in `organisation.site_url`; "" if it is CloudFront's."""
    host = urlsplit(organisation.organisation.site_url).hostname or ""
    return "" if host.endswith(".cloudfront.net") else host

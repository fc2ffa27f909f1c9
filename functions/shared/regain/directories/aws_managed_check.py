"""Checks an AWS Managed Microsoft AD for problems that would keep Regain from working, for `doctor`. Read-only."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from regain.directories.aws_calls import ask
from regain.directories.base import Finding, NotAllowed
from regain.domain.ldap import Ldap


def findings(settings: Ldap, client: Any) -> Iterator[Finding]:
    """Findings on whether the directory exists, has the right type, and lets the API read people.

    Raises:
        Unanswered: AWS does not respond.
    """
    which = settings.directory_id
    try:
        found = ask(partial(client.describe_directories, DirectoryIds=[which]), True, lambda _code, _message: None)
        access = ask(partial(client.describe_directory_data_access, DirectoryId=which), True, lambda *_: None)
    except NotAllowed as refused:
        yield _not_seen(settings, refused.code)
        return
    directory: dict[str, Any] = next(iter(found["DirectoryDescriptions"]), {})
    if directory.get("Type") != "MicrosoftAD" or directory.get("OwnerDirectoryDescription"):
        what = f"{which} is not an AWS Managed Microsoft AD of this account."
        yield Finding("wrong", what, "Name the directory itself, in the account that owns it.")
        return
    yield _stage(which, directory.get("Stage", ""))
    yield _primary(settings, directory)
    if access["DataAccessStatus"] == "Enabled":
        yield Finding("ok", "Directory Service Data lets Regain look people up.")
    else:
        to_do = f"Turn it on: aws ds enable-directory-data-access --directory-id {which}"
        yield Finding("wrong", "Directory Service Data is not turned on: nobody is found.", to_do)


def _not_seen(settings: Ldap, code: str) -> Finding:
    if code in ("EntityDoesNotExistException", "DirectoryDoesNotExistException"):
        to_do = "Check `directory_id`, and that `region` is the directory's primary one."
        return Finding("wrong", f"There is no directory {settings.directory_id} in {settings.region}.", to_do)
    to_do = "Run doctor with credentials that may call ds:DescribeDirectories and ds:DescribeDirectoryDataAccess."
    return Finding("warning", f"The directory {settings.directory_id} cannot be looked at ({code}).", to_do)


def _stage(which: str, stage: str) -> Finding:
    if stage == "Active":
        return Finding("ok", f"The directory {which} is active.")
    return Finding("wrong", f"The directory {which} is {stage.lower()}.", "See the console of AWS Directory Service.")


def _primary(settings: Ldap, directory: dict[str, Any]) -> Finding:
    primary = directory.get("RegionsInfo", {}).get("PrimaryRegion") or settings.region
    if primary == settings.region:
        return Finding("ok", f"{settings.region} is its primary region.")
    what = f"{settings.region} is not its primary region, and only there people can be looked up."
    return Finding("wrong", what, f"Set `region: {primary}`.")

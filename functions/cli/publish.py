"""`publish`: puts the built site where CloudFront reads it, and empties CloudFront's caches of what has changed."""

import hashlib
import mimetypes
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from cli.stack import Stack, StackError
from cli.terminal import say
from regain.api.headers import kept_for

_OLD = timedelta(days=1)  # a page that is still open may ask for the files of the build before
_TEXT = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")


def publish(
    context: typer.Context,
    site: Annotated[Path, typer.Option(help="The built site: `make docs`.")] = Path("site"),
) -> None:
    """Puts the site on AWS: files with a fingerprint first, then pages, then takes away what is gone."""
    stack: Stack = context.obj
    if not stack.on_aws:
        raise StackError("The embedded stack serves the site itself. Name a stack on AWS: --stack NAME")
    if not (site / "index.html").exists():
        raise StackError(f"There is no site in {site}: build it with `make docs`.")
    outputs = stack.outputs()
    if "SiteBucket" not in outputs:
        raise StackError(
            f"{stack.stack} was deployed without a site (Site=none): publish it where your proxy reads it."
        )
    changed, same, removed = synchronise(boto3.client("s3"), outputs["SiteBucket"], site)
    say(f"{changed} files changed, {same} are as they were, {removed} taken away.")
    if changed or removed:
        everything = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid.uuid4())}
        boto3.client("cloudfront").create_invalidation(
            DistributionId=outputs["Distribution"], InvalidationBatch=everything
        )
    say(f"The site is at {outputs['SiteUrl']}")


def synchronise(s3: Any, bucket: str, site: Path) -> tuple[int, int, int]:
    """Makes the bucket hold what the folder holds; says how many files changed, stayed and went."""
    there = {each["Key"]: each for each in _listed(s3, bucket)}
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    changed = 0
    for name in sorted(files, key=lambda name: (not name.startswith("assets/"), name)):
        content = files[name].read_bytes()
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if name in there and there[name]["ETag"].strip('"') == digest:
            continue
        s3.put_object(Bucket=bucket, Key=name, Body=content, ContentType=_media_type(name), CacheControl=kept_for(name))
        changed += 1
    gone = [name for name, each in there.items() if name not in files and _may_go(name, each["LastModified"])]
    for name in gone:
        s3.delete_object(Bucket=bucket, Key=name)
    return changed, len(files) - changed, len(gone)


def _listed(s3: Any, bucket: str) -> Iterator[dict[str, Any]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from page.get("Contents", ())


def _may_go(name: str, since: datetime) -> bool:
    return not name.startswith("assets/") or datetime.now(UTC) - since > _OLD


def _media_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith(_TEXT) else guessed

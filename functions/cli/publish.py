"""`publish`: uploads the built site to S3 and invalidates CloudFront's caches."""

import hashlib
import mimetypes
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from cli.stack import Stack, StackError
from cli.terminal import result, say
from regain.api.headers import cache_control

_OLD = timedelta(days=1)  # a page that is still open may ask for the files of the build before
_AT_ONCE = 16  # a first site is 1,700 files: one after the other they take minutes from afar (A39)
_TEXT = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
_STAMP = ".published"
"""Written last, with a hash of the whole site. A publication that was cut off before has none that fits, and the next
one then empties the caches although no file differs any more."""


def publish(
    context: typer.Context,
    site: Annotated[Path, typer.Option(help="The built site: `make docs`.")] = Path("site"),
) -> None:
    """Uploads the site: fingerprinted files first, then pages; then deletes what is gone."""
    stack: Stack = context.obj
    if not stack.on_aws:
        raise StackError("The embedded stack serves the site itself. Name a stack on AWS: --stack NAME")
    publish_site(stack, site)


def publish_site(stack: Stack, site: Path) -> None:
    """Puts a built site on AWS.

    Raises:
        StackError: there is no built site, no such stack, or one that was deployed without a site.
    """
    if not (site / "index.html").exists():
        raise StackError(f"There is no site in {site}: build it with `make docs`.")
    outputs = stack.outputs()
    if "SiteBucket" not in outputs:
        raise StackError(
            f"{stack.stack} was deployed without a site (Site=none): publish it where your proxy reads it."
        )
    s3, bucket = boto3.client("s3"), outputs["SiteBucket"]
    digests = {path.relative_to(site).as_posix(): _digest(path) for path in site.rglob("*") if path.is_file()}
    there = {each["Key"]: each for each in _listed(s3, bucket)}
    stamp = hashlib.sha256("\n".join(f"{digests[name]} {name}" for name in sorted(digests)).encode()).hexdigest()
    finished = there.pop(_STAMP, {}).get("ETag", "").strip('"') == _md5(stamp.encode())
    changed, same, removed = synchronise(s3, bucket, site, digests, there)
    say(f"{changed} files changed, {same} unchanged, {removed} deleted.")
    if changed or removed or not finished:
        everything = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(uuid.uuid4())}
        boto3.client("cloudfront").create_invalidation(
            DistributionId=outputs["Distribution"], InvalidationBatch=everything
        )
        s3.put_object(Bucket=bucket, Key=_STAMP, Body=stamp.encode(), ContentType="text/plain")
    say(f"The site is at {outputs['SiteUrl']}")
    result(changed=changed, same=same, removed=removed, url=outputs["SiteUrl"])


def synchronise(
    s3: Any, bucket: str, site: Path, digests: Mapping[str, str], there: Mapping[str, Mapping[str, Any]]
) -> tuple[int, int, int]:
    """Makes the bucket hold what the folder holds; says how many files changed, stayed and went.

    Pages come after all the files that they name, and what is gone goes last.
    """
    changed = [name for name in sorted(digests) if there.get(name, {}).get("ETag", "").strip('"') != digests[name]]
    gone = [name for name, each in there.items() if name not in digests and _may_go(name, each["LastModified"])]

    def put(name: str) -> None:
        body = (site / name).read_bytes()
        s3.put_object(
            Bucket=bucket, Key=name, Body=body, ContentType=_media_type(name), CacheControl=cache_control(name)
        )

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        _all(pool.map(put, [name for name in changed if name.startswith("assets/")]))
        _all(pool.map(put, [name for name in changed if not name.startswith("assets/")]))
        _all(pool.map(lambda name: s3.delete_object(Bucket=bucket, Key=name), gone))
    return len(changed), len(digests) - len(changed), len(gone)


def _all(results: Iterable[object]) -> None:
    """Waits for all of them. Raises the first exception."""
    for _ in results:
        pass


def _listed(s3: Any, bucket: str) -> Iterator[dict[str, Any]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from page.get("Contents", ())


def _digest(path: Path) -> str:
    return _md5(path.read_bytes())


def _md5(content: bytes) -> str:
    """The ETag of an object that was uploaded in one part."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _may_go(name: str, since: datetime) -> bool:
    return not name.startswith("assets/") or datetime.now(UTC) - since > _OLD


def _media_type(name: str) -> str:
    guessed, packed = mimetypes.guess_type(name)
    if packed:  # a packed file is sent as the file that it is, not as what it holds (A38)
        return f"application/{packed}"
    guessed = guessed or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith(_TEXT) else guessed

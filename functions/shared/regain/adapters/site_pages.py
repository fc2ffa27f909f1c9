"""The published site's "not found" pages, read from the bucket that CloudFront serves.

They are not part of a release: a newly published page is used within a minute.
"""

import time
from collections.abc import Iterator, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from regain.adapters import aws
from regain.organisation.settings import current

_FRESH = 60.0  # seconds for which a page, or its absence, is cached


class NotFoundPages(Mapping[str, str]):
    """Folder of a language → its page; "" is the first language's, at the root. Other folders are never asked for."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        self._read: dict[str, tuple[float, str]] = {}

    def __getitem__(self, folder: str) -> str:
        if folder not in self._folders():
            raise KeyError(folder)
        until, page = self._read.get(folder, (0.0, ""))
        if time.time() >= until:
            page = self._fetch(folder) or page
            self._read[folder] = time.time() + _FRESH, page
        return page

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders())

    def __len__(self) -> int:
        return len(self._folders())

    def _folders(self) -> tuple[str, ...]:
        return ("", *current().organisation.languages[1:]) if self._bucket else ()

    def _fetch(self, folder: str) -> str:
        """The published page; "" if there is none, or S3 does not respond."""
        key = f"{folder}/404.html" if folder else "404.html"
        try:
            page: bytes = aws.client("s3").get_object(Bucket=self._bucket, Key=key)["Body"].read()
            return page.decode()
        except (ClientError, BotoCoreError):
            return ""

"""Problems of HTTP requests: what the API could not read or serve."""

from regain.problems.entry import Problem

BAD_REQUEST = Problem(
    "request-not-read", 400, "The request could not be read",
    "The request is not what this service expects: a field is missing, unknown or has the wrong type, "
    "or the body is not JSON.",
    ("Reload the page and try again: you may have an old copy of it.",
     "If you wrote a program against the API, compare it with `/api/openapi.json`."),
    help_from="support")  # fmt: skip

UNSUPPORTED_MEDIA_TYPE = Problem(
    "send-json", 415, "This service reads JSON only",
    "The request did not carry `Content-Type: application/json`.",
    ("Reload the page and try again.",
     "If you wrote a program against the API, send JSON in UTF-8 with that content type."),
    help_from="support")  # fmt: skip

CONTENT_TOO_LARGE = Problem(
    "request-too-large", 413, "That is too much at once",
    "A request may be at most 16 KiB.",
    ("Shorten what you typed and try again.",),
    help_from="support")  # fmt: skip

NOT_FOUND = Problem(
    "not-found", 404, "Page not found",
    "The address may be mistyped or old.",
    ("Go to the [home page](page:home) and choose what has happened.",),
    help_from="you")  # fmt: skip

METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed", 405, "This address does not accept that method",
    "The address exists, but does not accept this HTTP method.",
    ("Use the form on [reset your password](page:reset).",
     "If you wrote a program against the API, compare it with `/api/openapi.json`."),
    help_from="support")  # fmt: skip

SERVICE_BUSY = Problem(
    "busy-try-again", 503, "The service is busy",
    "The service could not finish this step just now.",
    ("Wait a few seconds and select the button again. What you typed is still there.",
     "If it lasts more than a few minutes, contact support and quote the reference."),
    help_from="support")  # fmt: skip

INTERNAL_ERROR = Problem(
    "something-went-wrong", 500, "Something went wrong on our side",
    "An error in the service stopped this step. It has been recorded under the reference.",
    ("Try again in a few minutes.",
     "If it happens again, contact support and quote the reference."),
    help_from="support")  # fmt: skip

"""What an operation of the API is."""

from msgspec import Struct

from regain.problems import Problem


class Operation(Struct, frozen=True):
    """One operation. `problems` are those it may return, besides `COMMON_PROBLEMS` and `BODY_PROBLEMS`.

    `session`: it uses the session cookie. With `CROSS_SITE_REQUEST` among its problems, a foreign `Origin` is refused,
    and an operation that uses the session needs ours (CSRF).
    `request` is the type of the body, `query` that of the query string; path parameters stand in braces.
    `optional_body`: without one, all of `request` has its defaults. `form`: the body is one of fields, not JSON.
    `navigation`: browsers go there by themselves, and a refusal leads them to the problem's page.
    """

    method: str
    path: str
    summary: str
    response: type | None
    status: int = 200
    request: type | None = None
    problems: tuple[Problem, ...] = ()
    session: bool = False
    query: type | None = None
    optional_body: bool = False
    form: bool = False
    navigation: bool = False

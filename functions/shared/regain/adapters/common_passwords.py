"""The banned words: about 30,000 common passwords from the package `zxcvbn`, and the organisation's own."""

import functools

from regain.domain import banned_words


@functools.cache
def words(own: tuple[str, ...]) -> frozenset[str]:
    """The banned words in their normal form. `own` are the organisation's, `passwords.banned`.

    Loaded with the first new password, not at start: no other step needs them.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    common = (banned_words.normal(word) for word in FREQUENCY_LISTS["passwords"])
    listed = frozenset(word for word in common if banned_words.SHORTEST <= len(word) <= banned_words.LONGEST)
    return listed | {banned_words.normal(word) for word in own}

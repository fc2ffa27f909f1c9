"""The built-in list of common passwords: the 30,000 that the maintained package `zxcvbn` ships."""

import functools

from regain.domain import banned_words


@functools.cache
def words(own: tuple[str, ...]) -> frozenset[str]:
    """Banned words in their normal form: the built-in list and the organisation's own.

    Read at the first new password, not at start: only `finish` needs it.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    common = (banned_words.normal(word) for word in FREQUENCY_LISTS["passwords"])
    listed = frozenset(word for word in common if banned_words.SHORTEST <= len(word) <= banned_words.LONGEST)
    return listed | {banned_words.normal(word) for word in own}

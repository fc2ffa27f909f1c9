"""The banned words: 30,000 common passwords from `zxcvbn`, words and phrases of every language, years, and the
organisation's own.

The lists in `words/` say where they come from; `make words` writes them.
"""

import functools
from collections.abc import Iterator
from pathlib import Path

from regain.domain import banned_words
from regain.organisation.settings import Organisation

LISTS = Path(__file__).parent / "words"
PHRASES = "phrases"
_SHORTEST_PASSWORD = 4  # Microsoft Entra's shortest banned word (E3)
_YEARS = range(1900, 2100)


def of(organisation: Organisation) -> frozenset[str]:
    """The banned words of an organisation, the words of its names and the labels of its domains among them."""
    about = organisation.organisation
    names = (about.name, *(policy.organisation.name for policy in organisation.policies.values()))
    texts = [name for name in names if isinstance(name, str)]
    texts += [text for name in names if isinstance(name, dict) for text in name.values()]
    labels = [label for domain in organisation.domains for label in domain.split(".")[:-1]]
    own = {*map(banned_words.joined, (*texts, *labels)), *(part for text in texts for part in banned_words.parts(text))}
    long = sorted(word for word in own if len(word) >= _SHORTEST_PASSWORD)
    return words((*organisation.passwords.banned, *long), about.languages)


@functools.cache
def words(own: tuple[str, ...], languages: tuple[str, ...]) -> frozenset[str]:
    """The banned words in their normal form. `own` are the organisation's, `passwords.banned`; `languages` are tags.

    Loaded for the first new password, not at a cold start: no other step needs them.
    """
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    common = (word for word in FREQUENCY_LISTS["passwords"] if len(word) >= _SHORTEST_PASSWORD)
    listed = (word for name in languages for word in _listed(name))
    phrases = map(banned_words.joined, _listed(PHRASES))
    return frozenset(map(banned_words.normal, (*common, *listed, *phrases, *map(str, _YEARS), *own)))


def _listed(name: str) -> Iterator[str]:
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return (line for line in lines if not line.startswith("#"))

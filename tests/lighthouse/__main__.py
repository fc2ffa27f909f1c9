"""`make lighthouse`: scores, times and weight of home, guidance, error page and form on a phone."""

import sys
from pathlib import Path

from regain.organisation.file import read
from tests.conftest import ROOT
from tests.lighthouse.measure import measured
from tests.lighthouse.server import served


def main() -> int:
    """Prints a table. Ends with 1 where a score is below 100 or the largest paint is later than 1.2 s."""
    with served(Path("site"), read(ROOT / "organisation.yaml").organisation) as origin:
        found = measured(origin, 5, *sys.argv[1:])
    print(
        f"{'page':26}{'perf':>6}{'a11y':>6}{'best':>6}{'seo':>6}{'LCP ms':>8}{'TBT ms':>8}{'CLS':>6}{'requests':>10}{'kB':>7}"
    )
    good = True
    for page in found:
        scores = list(page["scores"].values())
        good &= min(scores) == 100 and page["lcp"] <= 1_200 and page["cls"] == 0 and not page["foreign"]
        print(
            f"{page['path']:26}{''.join(f'{score:6}' for score in scores)}{page['lcp']:8.0f}{page['blocked']:8.0f}"
            f"{page['cls']:6.2f}{len(page['requests']):10}{page['bytes'] / 1000:7.1f}  {' '.join(page['failed'])}"
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""Write fakefax/scenario/fake_data.json, the words that fakefax makes its data up from, with Faker.

    python -m tools.fake_data_tables            write it again
    python -m tools.fake_data_tables --check    exit 1 if it is not what this version of Faker gives

Seeded data is made from this file and not by Faker itself, so that another version of Faker
changes nothing.
Write it again only for a reason: every name that is made up changes.
"""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from faker import Faker

import fakefax
from fakefax.scenario.fake_words import TABLE, checksum

FILE = Path(fakefax.__file__).parent / TABLE

SEED = "fakefax"
COUNTS = {"nouns": 240, "companies": 120, "streets": 120, "places": 120, "people": 160, "sentences": 480}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file differs")
    made = words()
    if parser.parse_args().check:
        if json.loads(FILE.read_text(encoding="utf-8"))["words"] != made:
            sys.exit("stale; run python -m tools.fake_data_tables")
        return
    about = {
        "written by": "tools/fake_data_tables.py: do not edit",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "source": f"Faker {version('faker')}, MIT: words and names of its locale en_US",
        "sha256": checksum(made),
    }
    text = json.dumps({"about": about, "words": made}, indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8", newline="\n")
    print(f"wrote {FILE}")


def words() -> dict[str, list[str]]:
    """So many different ones of each kind, in an order that the seed decides."""
    faker = Faker("en_US")
    makers: dict[str, Callable[[], str]] = {
        "nouns": lambda: faker.word(part_of_speech="noun"),
        "companies": faker.company,
        "streets": faker.street_address,
        "places": lambda: f"{faker.city()}, {faker.state_abbr()} {faker.postcode()}",
        "people": faker.name,
        "sentences": faker.sentence,
    }
    found: dict[str, list[str]] = {}
    for kind, make in makers.items():
        faker.seed_instance(f"{SEED}/{kind}")
        different: dict[str, None] = {}
        while len(different) < COUNTS[kind]:
            different[make()] = None
        found[kind] = list(different)
    return found


if __name__ == "__main__":
    main()

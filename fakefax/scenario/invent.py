"""What a scenario leaves open, made up by Faker from the seed. Imported only when something is left open."""

from faker import Faker

LONGEST_LETTER = 50
"""Pages after which a letter has no more to say; its PDF spreads it over all that are wanted."""


def document_name(seed: int, document_id: int) -> str:
    """A plausible file name for a document; the same seed and id always give the same one."""
    faker = Faker("en_US")
    faker.seed_instance(f"{seed}/document/{document_id}")
    return f"{faker.word(part_of_speech='noun')}-{faker.date_this_decade():%Y-%m}.pdf"


def letter(seed: int, purpose: str, pages: int = 1) -> list[str]:
    """The paragraphs of a plausible letter of about so many pages; the same seed and purpose give the same one."""
    faker = Faker("en_US")
    faker.seed_instance(f"{seed}/letter/{purpose}")
    head = f"{faker.company()}\n{faker.street_address()}\n{faker.city()}, {faker.state_abbr()} {faker.postcode()}"
    body = [faker.paragraph(nb_sentences=6) for _ in range(11 * min(pages, LONGEST_LETTER) + 1)]
    return [head, f"Dear {faker.name()},", *body, "Yours faithfully,", faker.name()]

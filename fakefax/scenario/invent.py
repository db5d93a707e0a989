"""What a scenario leaves open, made up by Faker from the seed. Imported only when something is left open."""

from faker import Faker


def document_name(seed: int, document_id: int) -> str:
    """A plausible file name for a document; the same seed and id always give the same one."""
    faker = Faker("en_US")
    faker.seed_instance(f"{seed}/document/{document_id}")
    return f"{faker.word(part_of_speech='noun')}-{faker.date_this_decade():%Y-%m}.pdf"

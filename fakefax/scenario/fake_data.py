"""What a scenario leaves open, made up by Faker from the seed. Imported only when something is left open."""

from datetime import datetime

from faker import Faker

from fakefax.core.receiving.incoming import FaxFile
from fakefax.documents.fax_sheet import FaxSheet, fitting, write_fax

LONGEST_LETTER = 50
"""Pages after which a letter has no more to say; its PDF spreads it over all that are wanted."""

SENDING_AREA_CODES = ("202", "206", "212", "303", "312", "404", "416", "514", "604", "617")


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


def fax_sender(seed: int, purpose: str) -> tuple[str, str]:
    """Who sends a fax: a number, as digits, from the range that is kept for fiction, and a company."""
    faker = Faker("en_US")
    faker.seed_instance(f"{seed}/sender/{purpose}")
    return f"1{faker.random_element(SENDING_AREA_CODES)}55501{faker.numerify('##')}", faker.company()


def fax_document(
    seed: int,
    purpose: str,
    sender: str,
    company: str,
    recipient: str,
    sent_at: datetime,
    text: str | None = None,
    pages: int | None = None,
) -> FaxFile:
    """A plausible fax: letterhead, who to whom, and `text`, or a letter when there is none.

    The same arguments always give the same bytes. Raises NotConvertible for a text that needs more pages.
    """
    faker = Faker("en_US")
    faker.seed_instance(f"{seed}/fax/{purpose}")
    kind = faker.random_element(("Invoice", "Purchase order", "Delivery note", "Quotation", "Reminder"))
    sheet = FaxSheet(
        heading=(
            company,
            faker.street_address(),
            f"{faker.city()}, {faker.state_abbr()} {faker.postcode()}",
        ),
        sender=f"+{sender}" if sender.isdecimal() else sender,
        recipient=recipient,
        attention=faker.company(),
        subject=f"{kind} {faker.numerify('#####')}",
        sent=f"{sent_at:%Y-%m-%d %H:%M}",
        paragraphs=_letter(faker, pages or 1) if text is None else text.split("\n\n"),
    )
    return write_fax(sheet, (pages or 1) if text is None else pages)


def _letter(faker: Faker, pages: int) -> list[str]:
    middle = [faker.paragraph(nb_sentences=6) for _ in range(11 * min(pages, LONGEST_LETTER))]
    return fitting([f"Dear {faker.name()},"], middle, ["Yours faithfully,", faker.name()], pages)

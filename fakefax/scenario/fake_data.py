"""Plausible data for what a scenario leaves open, made up from the seed: file names, letters, faxes, senders.

Each function takes the scenario's `fake_data.locale`, or None for the English words that come with fakefax.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from fakefax.scenario.fake_words import FakeWords, fake_words
from fakefax.values.durations import to_the_second

if TYPE_CHECKING:
    from fakefax.documents.fax_sheet import FaxSheet

MAX_LETTER_PAGES = 50
"""Pages of text that a letter has at most; its PDF spreads them over the pages wanted."""

PARAGRAPHS_A_PAGE = 11

SENDING_AREA_CODES = ("202", "206", "212", "303", "312", "404", "416", "514", "604", "617")
SUBJECTS = ("Invoice", "Purchase order", "Delivery note", "Quotation", "Reminder")


def document_name(seed: int, document_id: int, locale: str | None = None) -> str:
    """A plausible file name for a document; the same seed and id always give the same one."""
    words = fake_words(seed, f"document/{document_id}", locale)
    return f"{words.noun()}-{words.month()}.pdf"


def letter(seed: int, purpose: str, pages: int = 1, locale: str | None = None) -> list[str]:
    """The paragraphs of a plausible letter of about so many pages; the same seed and purpose give the same one."""
    words = fake_words(seed, f"letter/{purpose}", locale)
    head = "\n".join([words.company(), *words.address()])
    body = [words.paragraph() for _ in range(PARAGRAPHS_A_PAGE * min(pages, MAX_LETTER_PAGES) + 1)]
    return [head, f"Dear {words.person()},", *body, "Yours faithfully,", words.person()]


def fax_sender(seed: int, purpose: str, locale: str | None = None) -> tuple[str, str]:
    """The sender of a fax: the digits of a number reserved for fiction, and a company."""
    words = fake_words(seed, f"sender/{purpose}", locale)
    return f"1{words.one_of(SENDING_AREA_CODES)}55501{words.digits(2)}", words.company()


def fax_sheet(
    seed: int,
    purpose: str,
    sender: str,
    company: str,
    recipient: str,
    sent_at: datetime,
    text: str | None = None,
    pages: int | None = None,
    locale: str | None = None,
) -> "FaxSheet":
    """The content of a plausible fax: letterhead, sender, recipient, and `text`, or a letter of `pages`.

    The same arguments always give the same.
    """
    from fakefax.documents.fax_sheet import FaxSheet  # noqa: PLC0415 (only where a fax is made up)

    words = fake_words(seed, f"fax/{purpose}", locale)
    return FaxSheet(
        heading=(company, *words.address()),
        sender=f"+{sender}" if sender.isdecimal() else sender,
        recipient=recipient,
        attention=words.company(),
        subject=f"{words.one_of(SUBJECTS)} {words.digits(5)}",
        sent=to_the_second(sent_at)[:16],
        paragraphs=_letter(words, pages or 1) if text is None else text.split("\n\n"),
    )


def _letter(words: FakeWords, pages: int) -> list[str]:
    from fakefax.documents.fax_sheet import fitting  # noqa: PLC0415 (only where a fax is made up)

    middle = [words.paragraph() for _ in range(PARAGRAPHS_A_PAGE * min(pages, MAX_LETTER_PAGES))]
    return fitting([f"Dear {words.person()},"], middle, ["Yours faithfully,", words.person()], pages)

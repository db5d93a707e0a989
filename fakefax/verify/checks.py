"""Rules that go beyond a shape: order, money, and what one answer says of another."""

from collections.abc import Callable, Mapping
from typing import Any

from fakefax.verify.shapes import differences
from fakefax.verify.step import CannotTell, Check, at

Saved = Mapping[str, Any]


def some(rows: Any, what: str, least: int = 1) -> list[Any]:
    """The rows, if there are enough of them to judge."""
    if not isinstance(rows, list) or len(rows) < least:
        raise CannotTell(f"the account has {'no' if least == 1 else 'not two'} {what}")
    return rows


def filled(place: str, what: str) -> Check:
    """The list has a row, so that its shape has been seen."""

    def check(answer: Any, _: Saved) -> None:
        some(at(answer, place) if place else answer, what)

    return check


def in_order(place: str, what: str, key: Callable[[Any], Any], *, rising: bool) -> Check:
    """The rows are oldest first, or newest first."""

    def check(answer: Any, _: Saved) -> str | None:
        keys = [key(row) for row in some(at(answer, place) if place else answer, what, 2)]
        order = "oldest" if rising else "newest"
        return None if keys == sorted(keys, reverse=not rising) else f"the {what} are not {order} first"

    return check


def shaped(shape: object, place: str, what: str) -> Check:
    """The first row's value at a place has a shape."""

    def check(answer: Any, _: Saved) -> str | None:
        head = place.partition(".")[0]
        some(at(answer, head), what)
        return next(differences(shape, at(answer, place), place), None)

    return check


def equals(place: str, wanted: object) -> Check:
    """One value is known."""

    def check(answer: Any, _: Saved) -> str | None:
        return None if at(answer, place) == wanted else f"answer.{place} is not {wanted!r}"

    return check


def first_states(answer: Any, _: Saved) -> str | None:
    """As the documentation prints them."""
    first = [(row["id"], row["name"]) for row in answer["states"][:2]]
    right = first == [("1", "Alabama"), ("2", "Alaska")]
    return None if right else "the first states are not Alabama 1 and Alaska 2"


def known_area_codes(answer: Any, _: Saved) -> str | None:
    """As the documentation prints them."""
    found = {row["area_code"] for row in answer["areacodes"]}
    return None if {"205", "251"} <= found else "205 and 251 are not both there"


def all_new_york(answer: Any, _: Saved) -> str | None:
    """The pattern found what begins so, and only that."""
    names = [str(row["city_name"]).upper() for row in answer["data"]]
    right = names and all(name.startswith("NEW YORK") for name in names)
    return None if right else "New York% does not find the cities that begin so"


def to_that_number(answer: Any, _: Saved) -> str | None:
    """The faxes to one number are the oldest first, and to no other number."""
    rows = some(answer["inbox"], "received fax")
    if len({row["number"] for row in rows}) != 1:
        return "there are faxes to other numbers"
    ids = [row["id"] for row in some(rows, "received faxes", 2)]
    return None if ids == sorted(ids) else "the faxes are not oldest first"


def found_by_number(answer: Any, _: Saved) -> str | None:
    """A number that has received a fax was understood, however it was written."""
    return None if answer["inbox"] else "the number was not found"


def linked(answer: Any, _: Saved) -> str | None:
    """The second page of three or more has its neighbours."""
    pagination = answer["meta"]["pagination"]
    if pagination["total_pages"] < 3:
        raise CannotTell("there are less than three pages")
    for name, page in (("previous", 1), ("next", 3)):
        if f"page={page}" not in str(pagination["links"][name]):
            return f"links.{name} of page 2 is not page {page}"
    return None


def ends_of_links(answer: Any, _: Saved) -> str | None:
    """The first page has none before it; when it is the last too, none after it."""
    pagination = answer["meta"]["pagination"]
    if pagination["links"]["previous"] is not None:
        return "links.previous of the first page is not null"
    if pagination["total_pages"] == 1 and pagination["links"]["next"] is not None:
        return "links.next of the last page is not null"
    return None


def stored_names(answer: Any, _: Saved) -> str | None:
    """The name's endings."""
    names = [str(answer[name]).partition(".")[2] for name in ("filename", "orig_filename", "preview_file")]
    return None if names == ["pdf.tiff", "pdf", "pdf.preview.jpg"] else f"the names end in {', '.join(names)}"


def quoted(answer: Any, saved: Saved) -> str | None:
    """The cost is the quoted one, and the reported balance is the one before it less the cost."""
    if answer["cost"] != saved["quote"]:
        return "the cost is not the one that was quoted"
    if answer["user_cash_balance"] != saved["before"] - answer["cost"]:
        return "user_cash_balance is not the balance before less the cost"
    return None


def charged_once(answer: Any, saved: Saved) -> str | None:
    """The account has paid the price, once, whatever the send said of it."""
    wanted = saved["before"] - saved["quote"]
    right = answer["balance"] == wanted
    return None if right else f"the balance is {answer['balance']} and not {wanted}: not charged once"


def sent_row(answer: Any, saved: Saved) -> str | None:
    """The fax is the first row, with a documented status."""
    row = at(answer, "history.0")
    if not isinstance(row, dict) or row["id"] != saved["fax_job_id"]:
        return "the fax that was just sent is not first"
    known = row["status"] in ("executed", "success", "failed")
    return None if known else f"the status in the history is {row['status']!r}"


def receipt_of_fax(answer: Any, saved: Saved) -> str | None:
    """It is the fax's, and its values are in the documented form."""
    fields = answer["fields"]
    if fields["fax_job_id"] != str(saved["fax_job_id"]):
        return "fax_job_id is not the one that the send answered"
    known = fields["status"] in ("success", "failed")
    return None if known else f"status is {fields['status']!r}"


def after_the_pause(answer: Any, saved: Saved) -> str | None:
    """It came when it was due: fifteen minutes later, unless the plan says otherwise."""
    pause, wanted = float(answer["after"]), float(saved["retry_after"])
    right = 0.9 * wanted - 1 <= pause <= 1.2 * wanted + 5
    return None if right else f"it came after {pause:.0f} s and not {wanted:.0f} s"

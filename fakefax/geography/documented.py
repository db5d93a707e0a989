"""The DID groups of the vendor's documentation, with exactly its values."""

from typing import NamedTuple


class DocumentedGroup(NamedTuple):
    """A DID group that the documentation shows."""

    did_group_id: int
    country_code: str
    area_code: str
    city_name: str
    first_number: str | None = None


DOCUMENTED_GROUPS = (
    DocumentedGroup(67, "CAN", "204", "WINNIPEG", "+12048134698"),
    DocumentedGroup(13868, "CAN", "226", "WINDSOR"),
    DocumentedGroup(9581, "CAN", "289", "WOODBRIDGE"),
    DocumentedGroup(20287, "CAN", "306", "SASKATOON"),
    DocumentedGroup(5598, "CAN", "709", "ST. JOHN'S"),
)
"""67 is the group of one provision example too, whose number it gives; 5598 is that of another."""

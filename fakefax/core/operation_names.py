"""The operations of Fax.to's API by name, for those who speak of them without knowing HTTP.

The operations themselves are in fakefax/api; a test holds the two lists to each other.
"""

OPERATION_NAMES = (
    *("send_fax", "fax_costs", "fax_status", "fax_history"),
    *("upload_file", "list_files", "delete_file", "clean_file", "generate_preview", "preview_picture"),
    "balance",
    *("register", "log_in", "make_subuser"),
    "incoming_faxes",
    "incoming_faxes_of_recipient",
    "numbers",
    "provision",
    "provision_numbers",
    "countries",
    "states",
    "area_codes",
    "did_groups",
    "inbox_file",
    "inbox_preview",
)

"""The values of parameters, however a client writes them."""

import pytest

from fakefax.api.errors import MalformedParameter, MissingParameter
from fakefax.api.params import Params


@pytest.mark.parametrize(
    ("value", "flag"),
    [(1, True), ("1", True), (" 1 ", True), ("TRUE", True), (True, True), (0, False), ("", False), (" ", False)],
)
def test_a_flag_is_one_or_zero(value: object, flag: bool):
    """In a form, in JSON, with blanks around it; without a value it is off."""
    assert Params({"delete_file": value}).flag("delete_file") is flag
    assert Params({}).flag("delete_file") is False
    with pytest.raises(MalformedParameter):
        Params({"delete_file": f"{value}2"}).flag("delete_file")


@pytest.mark.parametrize(
    ("value", "number"),
    [(10, 10), ("10", 10), (" 10 ", 10), (10.0, 10), ("10.0", 10), ("10.00", 10), ("0", 0)],
)
def test_an_id_is_a_whole_number(value: object, number: int):
    """Some SDKs make a float of it."""
    assert Params({"document_id": value}).identifier("document_id") == number


@pytest.mark.parametrize("value", ["10.", "10.5", ".0", "-10", "1e1", 10.5, True, [10], {}, "ten", "²"])
def test_anything_else_is_not_an_id(value: object):
    """It is refused, and not made into one."""
    with pytest.raises(MalformedParameter):
        Params({"document_id": value}).identifier("document_id")


@pytest.mark.parametrize("value", [True, ["secret"], {"a": "secret"}, 1.5])
def test_a_password_is_text_and_not_repeated(value: object):
    """A refusal does not say what it was."""
    with pytest.raises(MalformedParameter) as refused:
        Params({"password": value}).secret("password", 10)
    assert "secret" not in str(refused.value)
    assert Params({"password": 1234}).secret("password", 10) == "1234"
    for empty in (None, ""):
        with pytest.raises(MissingParameter):
            Params({"password": empty}).secret("password", 10)

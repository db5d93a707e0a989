"""The name that somebody probably meant."""

from fakefax.values.suggestions import closest, did_you_mean


def test_the_most_similar_name_is_suggested():
    """A slip or the wrong case finds the name; a word like none of them finds nothing."""
    names = ["ok", "busy", "no_answer"]
    assert [closest(wrong, names) for wrong in ("bussy", "BUSY", "melted")] == ["busy", "busy", None]
    assert closest("FAKEFAX_SCENARO", ["FAKEFAX_SCENARIO", "FAKEFAX_SEED"]) == "FAKEFAX_SCENARIO"
    assert (did_you_mean("bussy", names), did_you_mean("melted", names)) == ("; did you mean 'busy'?", "")


def test_long_words_and_long_lists_are_not_compared():
    """The time for a suggestion is bounded, however much a request says."""
    assert closest("b" * 10_000 + "usy", ["busy"]) is None
    assert closest("bussy", [f"busy{number}" for number in range(10_000)]) is None

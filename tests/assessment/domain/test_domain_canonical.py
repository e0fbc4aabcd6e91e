"""The same content always gives the same bytes."""

import hashlib
from decimal import Decimal

import pytest

from assessment.domain.canonical import canonical_json, decimal_text, digest, short_code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("58796.51", "58796.51"),
        ("58796.5100", "58796.51"),
        ("100", "100"),
        ("100.00", "100"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("0", "0"),
        ("0.00", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("-0.50", "-0.5"),
        ("-10", "-10"),
    ],
)
def test_a_decimal_is_written_without_exponent_and_without_trailing_zeros(typed, expected):
    assert decimal_text(Decimal(typed)) == expected


def test_keys_are_sorted_text_is_kept_and_decimals_are_text():
    content = {"b": Decimal("1.50"), "a": ["绩效", 2, None, True], "aa": {"y": "“", "x": ()}}

    assert canonical_json(content) == '{"a":["绩效",2,null,true],"aa":{"x":[],"y":"“"},"b":"1.5"}'


def test_the_order_of_typing_does_not_matter():
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})


@pytest.mark.parametrize("content", [0.5, {"a": 0.5}, [0.5], ({"a": [1, 0.5]},)])
def test_a_float_is_refused_wherever_it_hides(content):
    with pytest.raises(TypeError, match="not canonical: float"):
        canonical_json(content)


def test_what_is_not_data_is_refused():
    with pytest.raises(TypeError, match="not canonical: set"):
        canonical_json({"a": {1}})


def test_the_digest_is_sha256_over_utf8():
    assert digest("绩效") == hashlib.sha256(b"\xe7\xbb\xa9\xe6\x95\x88").hexdigest()
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_short_code_has_no_letter_that_is_taken_for_another() -> None:
    assert short_code("0" * 64) == "0000-0000-0000"
    assert short_code("f" * 64) == "ZZZZ-ZZZZ-ZZZZ"
    assert short_code("0123456789abcdef" * 4) == "04HM-ASW9-NF6Y"

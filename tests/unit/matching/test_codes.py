"""Codes as every authenticator makes them."""

import base64
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import pytest

from services.matching import codes


# The secret and the codes of RFC 4226 (appendix D) and RFC 6238 (appendix B, the last six digits).
SECRET = base64.b32encode(b"12345678901234567890").decode()
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583"]
TOTP = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924"}


def test_counted_codes_are_those_of_the_standard() -> None:
    assert [codes.counted_code(SECRET, counter, 6) for counter in range(8)] == HOTP


@pytest.mark.parametrize(("seconds", "code"), TOTP.items())
def test_timed_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert codes.phone_code(SECRET, datetime.fromtimestamp(seconds, UTC)) == code


def test_a_code_stands_until_the_half_minute_is_over() -> None:
    moment = datetime(2026, 11, 25, 1, 0, 29, tzinfo=UTC)
    assert codes.valid_until(moment) == datetime(2026, 11, 25, 1, 0, 30, tzinfo=UTC)
    assert codes.valid_until(codes.valid_until(moment)).second == 0


def test_an_authenticator_finds_all_that_it_needs() -> None:
    address = urlsplit(codes.otpauth_uri(SECRET, UUID(int=7)))
    facts = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path).startswith("/时间银行:")
    assert facts == {"secret": SECRET, "issuer": "时间银行", "digits": "6", "period": "30"}


def test_the_codes_of_a_card_are_different_and_never_look_like_a_phones() -> None:
    card = codes.card_codes(codes.new_secret(), 20)
    assert len(set(card)) == 20
    assert all(re.fullmatch(r"\d{8}", code) for code in card)


def test_no_two_secrets_are_alike() -> None:
    assert len({codes.new_secret() for _ in range(100)}) == 100
    assert len(base64.b32decode(codes.new_secret())) == codes.SECRET_BYTES

"""Words and checks that several parts of the contract use."""

from marshmallow import fields, validate

from services.kernel.contract import Request


# [0-9], for \d takes the digits of every script; and $ alone would let a line break follow.
AREA = validate.Regexp(
    r"^[0-9]{6}([0-9]{3})?$(?!\n)", error="A six-digit district or nine-digit street code."
)


STREET = validate.Regexp(r"^[0-9]{9}$(?!\n)", error="A nine-digit street code.")


# What PostgreSQL and UTF-8 cannot hold, and what would break a line.
TEXT = validate.Regexp(
    r"^[^\x00-\x1f\x7f\ud800-\udfff]*$(?!\n)", error="One line of ordinary characters."
)


def own_password() -> fields.String:
    """The proof that it is really the person who asks, where a token is not enough."""
    return fields.String(load_default=None, validate=[validate.Length(1, 128), TEXT])


class Position(Request):
    """A place on the map, in degrees (WGS 84)."""

    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))

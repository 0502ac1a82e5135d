"""Why something is shown or ranked so: a code for machines, and words for people."""

from marshmallow import fields

from services.kernel.contract import Answer


class WhyShown(Answer):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)

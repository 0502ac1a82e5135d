"""Papers that a clerk has seen, and the two ways in which something is confirmed."""

from enum import StrEnum

from marshmallow import fields

from services.kernel.contract import Answer, Error, Request


class Paper(StrEnum):
    """What was laid on the desk."""

    HOUSEHOLD_REGISTER = "household_register"
    BIRTH_CERTIFICATE = "birth_certificate"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    ADOPTION_CERTIFICATE = "adoption_certificate"
    NOTARIAL_DEED = "notarial_deed"
    COURT_RULING = "court_ruling"
    POLICE_CERTIFICATE = "police_certificate"
    COMMITTEE_DESIGNATION = "committee_designation"


class Way(StrEnum):
    """How something was confirmed: by the other of the two, or on a paper that a clerk has seen."""

    BY_THE_OTHER = "by_the_other"
    PAPER_SEEN = "paper_seen"


class ListPapers(Request):
    """The papers that a clerk may name, and what each of them shows."""


class PaperAnswer(Answer):
    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    shows = fields.List(fields.String(), required=True)


class PapersAnswer(Answer):
    items = fields.List(fields.Nested(PaperAnswer), required=True)


class PaperRequired(Error):
    """A clerk names the paper that shows it, and this one does not."""

    code, status = "paper_required", 422

"""Certificates of service (order 67 of 2021): who served, how long, what, certified by whom."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


# Where anybody sees whether a certificate is good; its QR code leads here.
VERIFICATION_PATH = "/certificates/{number}"
MOST_REASON = 500
LONGEST_NUMBER = 60
AREA = validate.Regexp(r"^[0-9]{6}([0-9]{3})?$")
# One line that says something.
REASON = validate.Regexp(r"^(?=.*\S)[^\x00-\x1f\x7f\ud800-\udfff]*$(?!\n)")
PAGE = validate.Range(1, 50)
CURSOR = validate.Length(max=200)


class IssueCertificate(Request):
    """Certify a volunteer's proven service, free of charge; without days, all of it until today."""

    person_id = fields.UUID(required=True)
    from_date = fields.Date(load_default=None)
    until_date = fields.Date(load_default=None)


class RevokeCertificate(Request):
    """Make a certificate void, for a reason; who checks it sees so at once."""

    certificate_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=[validate.Length(1, MOST_REASON), REASON])


class ShowCertificate(Request):
    """One certificate as it was issued, and whether it still stands."""

    certificate_id = fields.UUID(required=True)


class ListCertificates(Request):
    """A volunteer's certificates, newest first."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=PAGE)
    cursor = fields.String(load_default=None, validate=CURSOR)


class ListIssuedCertificates(Request):
    """Those of the volunteers who live in a street or district, newest first."""

    area = fields.String(required=True, validate=AREA)
    limit = fields.Integer(load_default=20, validate=PAGE)
    cursor = fields.String(load_default=None, validate=CURSOR)


class CheckCertificate(Request):
    """Whether a certificate is good: open to everybody who has its number."""

    number = fields.String(required=True, validate=validate.Length(1, LONGEST_NUMBER))


class CertificatePart(Answer):
    """Of one category of service."""

    category = fields.String(required=True)
    minutes = fields.Integer(required=True)
    visits = fields.Integer(required=True)


class CertificateLine(Answer):
    """``number`` as it is printed. ``state`` is issued, corrected or revoked."""

    certificate_id = fields.UUID(required=True)
    number = fields.String(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    minutes = fields.Integer(required=True)
    visits = fields.Integer(required=True)
    issued_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True)


class CertificateAnswer(CertificateLine):
    """``proven_minutes`` is what the same visits prove today."""

    parts = fields.List(fields.Nested(CertificatePart), required=True)
    issuer_zh = fields.String(required=True)
    issuer_en = fields.String(required=True)
    issued_by = fields.UUID(required=True)
    policy_version = fields.Integer(required=True)
    proven_minutes = fields.Integer(required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_by = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    verification_url = fields.String(required=True)


class CertificatesAnswer(Answer):
    items = fields.List(fields.Nested(CertificateLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class CertificateCheck(Answer):
    """All that the public is shown: no name, no days, no kind of service."""

    number = fields.String(required=True)
    validity = fields.String(
        required=True,
        metadata={"description": "valid, corrected (says more than is proven), revoked"},
    )
    minutes = fields.Integer(required=True)


class CertificateIssued(Event):
    """A volunteer's service has been certified. The number stays with who holds the paper."""

    source, type, subject = "rating", "certificate.issued.v1", "certificate_id"

    certificate_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    minutes = fields.Integer(required=True, strict=True)
    visits = fields.Integer(required=True, strict=True)
    issued_by = fields.UUID(required=True)
    policy_version = fields.Integer(required=True, strict=True)
    issued_at = fields.AwareDateTime(required=True)


class CertificateRevoked(Event):
    """A certificate is void from now on. Why, is told to whom it concerns, and not here."""

    source, type, subject = "rating", "certificate.revoked.v1", "certificate_id"

    certificate_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    revoked_by = fields.UUID(required=True)
    revoked_at = fields.AwareDateTime(required=True)


class NothingToCertify(Error):
    """No service is proven in these days yet. It counts as soon as a visit is completed."""

    code, status = "nothing_to_certify", 409


class HolderUnknown(Error):
    """This person's name is not known yet: it comes with the verification of who they are."""

    code, status = "holder_unknown", 409


class AlreadyRevoked(Error):
    """This certificate has been revoked already."""

    code, status = "certificate_revoked", 409


class UnknownCertificate(Error):
    """No certificate has this number. Compare it letter by letter with the paper."""

    code, status = "unknown_certificate", 404


class CertificatesUnavailable(Error):
    """Certificates are not set up here yet: their public address is not known."""

    code, status = "certificates_unavailable", 503

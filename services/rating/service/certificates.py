"""Certificates on the wire."""

import secrets
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.service import command, query, settings_of
from services.kernel.settings import Settings
from services.rating import domain, storage
from services.rating.contract import (
    VERIFICATION_PATH,
    CertificateIssued,
    CertificateRevoked,
    CertificatesUnavailable,
    CheckCertificate,
    HolderUnknown,
    IssueCertificate,
    ListCertificates,
    ListIssuedCertificates,
    RevokeCertificate,
    ShowCertificate,
    UnknownCertificate,
)
from services.rating.domain.certificate_rights import (
    may_hold,
    may_know_there_is_none,
    may_revoke,
    stands_for,
)
from services.rating.domain.certificates import (
    VALIDITY,
    Certificate,
    CertificateAct,
    CertificateState,
    Revocation,
    draw_up,
    moved,
    proven_today,
    state_of,
)
from services.rating.domain.numbers import BITS_OF_CHANCE, number_from, printed, read_number
from services.rating.domain.rights import may_list_complaints, signed_in
from services.rating.public_url import public_url
from services.rating.service.base import Facts, RatingPart, certificate_rules_at, pick
from services.rating.storage import certificates, people, stars


ISSUED = tuple(name for name in CertificateIssued().fields if name != "district")
LINE = ("certificate_id", "name", "from_date", "until_date", "minutes", "visits", "issued_at")
WHOLE = (*LINE, "issuer_zh", "issuer_en", "issued_by", "policy_version")


class Certificates(RatingPart):
    @classmethod
    def check_settings(cls, settings: Settings) -> None:
        super().check_settings(settings)
        public_url(settings)

    @command(IssueCertificate)
    def issue_certificate(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        policy = certificate_rules_at(session, call)
        person_id = request["person_id"]
        issued_by = self._may_hold(session, person_id, call, policy)
        if not public_url(settings_of(self)):
            raise CertificatesUnavailable
        holder = people.find_person(session, person_id)
        if holder is None:
            raise HolderUnknown
        certificate = draw_up(
            uuid4(),
            number_from(secrets.randbits(BITS_OF_CHANCE)),
            holder,
            stars.served_visits(session, person_id),
            (request["from_date"], request["until_date"]),
            issued_by,
            call.now,
            policy,
        )
        certificates.add_certificate(session, certificate)
        facts = pick(vars(certificate), ISSUED)
        self.record(session, CertificateIssued, district=holder.district, **facts)
        return self._answer(session, certificate)

    @query(ShowCertificate)
    def show_certificate(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        certificate = found(session, request["certificate_id"], call)
        policy = certificate_rules_at(session, call)
        self._may_hold(session, certificate.volunteer_id, call, policy)
        return self._answer(session, certificate)

    @command(RevokeCertificate)
    def revoke_certificate(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        certificate = found(session, request["certificate_id"], call)
        holder = people.find_person(session, certificate.volunteer_id)
        revoked_by = may_revoke(call.caller, certificate.volunteer_id, holder)
        state, _ = state_today(session, certificate)
        moved(state, CertificateAct.REVOKE)
        revocation = Revocation(
            certificate.certificate_id, revoked_by, call.now, request["reason"].strip()
        )
        certificates.add_revocation(session, revocation)
        self.record(
            session,
            CertificateRevoked,
            district=holder.district if holder else CITY_AREA,
            certificate_id=certificate.certificate_id,
            volunteer_id=certificate.volunteer_id,
            minutes=certificate.minutes,
            revoked_by=revoked_by,
            revoked_at=call.now,
        )
        return self._answer(session, certificate)

    @query(ListCertificates)
    def list_certificates(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        policy = certificate_rules_at(session, call)
        person_id, limit = request["person_id"], request["limit"]
        self._may_hold(session, person_id, call, policy)
        before = read_cursor(request["cursor"], moment)
        return page(
            session, certificates.certificates_of(session, person_id, limit + 1, before), limit
        )

    @query(ListIssuedCertificates)
    def list_issued_certificates(self, session: Session, request: Facts, call: Call) -> Facts:
        may_list_complaints(call.caller, request["area"])
        area, limit = request["area"], request["limit"]
        before = read_cursor(request["cursor"], moment)
        return page(session, certificates.certificates_in(session, area, limit + 1, before), limit)

    @query(CheckCertificate)
    def check_certificate(self, session: Session, request: Facts, call: Call) -> Facts:
        """For everybody who has the number: no more than the paper says already."""
        number = read_number(request["number"])
        certificate = certificates.find_by_number(session, number) if number else None
        if certificate is None:
            raise UnknownCertificate
        state, _ = state_today(session, certificate)
        return {
            "number": printed(certificate.number),
            "validity": VALIDITY[state],
            "minutes": certificate.minutes,
        }

    def _may_hold(
        self, session: Session, person_id: UUID, call: Call, policy: domain.CertificatePolicy
    ) -> UUID:
        holder = people.find_person(session, person_id)
        powers = storage.powers_over(session, person_id, call.caller.person_id)
        is_agent = stands_for(powers, holder, call.now, policy.adult_age)
        return may_hold(call.caller, person_id, holder, is_agent)

    def _answer(self, session: Session, certificate: Certificate) -> Facts:
        state, proven_minutes = state_today(session, certificate)
        revocation = certificates.find_revocation(session, certificate.certificate_id)
        path = VERIFICATION_PATH.format(number=certificate.number)
        return pick(vars(certificate), WHOLE) | {
            "number": printed(certificate.number),
            "person_id": certificate.volunteer_id,
            "state": state,
            "parts": [vars(part) for part in certificate.parts],
            "proven_minutes": proven_minutes,
            "revoked_at": revocation.revoked_at if revocation else None,
            "revoked_by": revocation.revoked_by if revocation else None,
            "reason": revocation.reason if revocation else None,
            "verification_url": public_url(settings_of(self)) + path,
        }


def found(session: Session, certificate_id: UUID, call: Call) -> Certificate:
    """Raises UnknownCertificate to staff, and Forbidden to others."""
    certificate = certificates.find_certificate(session, certificate_id)
    if certificate is None:
        may_know_there_is_none(call.caller)
        raise UnknownCertificate("There is no certificate of this id.")
    return certificate


def state_today(session: Session, certificate: Certificate) -> tuple[CertificateState, int]:
    """Whether it stands, and how many of its minutes are proven by now."""
    visits = stars.served_visits(session, certificate.volunteer_id)
    proven_minutes = proven_today(certificate, visits)
    is_revoked = certificates.find_revocation(session, certificate.certificate_id) is not None
    return state_of(certificate, is_revoked, proven_minutes), proven_minutes


def page(session: Session, found_ones: list[Certificate], limit: int) -> Facts:
    shown, more = found_ones[:limit], len(found_ones) > limit
    last = shown[-1] if more else None
    return {
        "items": [line_of(session, each) for each in shown],
        "next_cursor": encode_cursor(last.issued_at, last.certificate_id) if last else None,
    }


def line_of(session: Session, certificate: Certificate) -> Facts:
    return pick(vars(certificate), LINE) | {
        "number": printed(certificate.number),
        "person_id": certificate.volunteer_id,
        "state": state_today(session, certificate)[0],
    }

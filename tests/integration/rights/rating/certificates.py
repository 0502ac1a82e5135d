"""Stages of certificates of service."""

from services.identity.contract import Scope
from services.kernel.caller import Caller
from tests.integration.rating.conftest import CLERK, SOON, STREET
from tests.integration.rights.rating.cast import Cast
from tests.integration.rights.stages import Scene, stage


def served(cast: Cast, volunteer: Caller) -> Scene:
    """A volunteer whom rating knows by name, with a visit that it has counted."""
    cast.verify(volunteer)
    cast.consent(volunteer, cast.agent, Scope.SEE_WALLET)
    cast.visited(volunteer)
    return cast.scene(person_id=volunteer.person_id)


def certified(cast: Cast, volunteer: Caller) -> Scene:
    scene = served(cast, volunteer)
    issued = cast.call("issue_certificate", scene.payload, volunteer, now=SOON)
    return cast.scene(certificate_id=issued["certificate_id"])


def revocable(cast: Cast, volunteer: Caller) -> Scene:
    return cast.scene(**certified(cast, volunteer).payload, reason="姓名有误")


@stage("rating", "issue_certificate")
def issue_certificate(cast: Cast) -> Scene:
    return served(cast, cast.volunteer)


@stage("rating", "issue_certificate of no service")
def issue_certificate_of_no_service(cast: Cast) -> Scene:
    served(cast, cast.volunteer)
    days = {"from_date": "2020-01-01", "until_date": "2020-12-31"}
    return cast.scene(person_id=cast.volunteer.person_id, **days)


@stage("rating", "show_certificate")
def show_certificate(cast: Cast) -> Scene:
    return certified(cast, cast.volunteer)


@stage("rating", "list_certificates")
def list_certificates(cast: Cast) -> Scene:
    return served(cast, cast.volunteer)


@stage("rating", "list_issued_certificates of a street")
def list_issued_certificates_of_a_street(cast: Cast) -> Scene:
    return cast.scene(area=STREET)


@stage("rating", "list_issued_certificates of a district")
def list_issued_certificates_of_a_district(cast: Cast) -> Scene:
    return cast.scene(area=STREET[:6])


@stage("rating", "revoke_certificate")
def revoke_certificate(cast: Cast) -> Scene:
    return revocable(cast, cast.volunteer)


@stage("rating", "revoke_certificate of the clerk")
def revoke_certificate_of_the_clerk(cast: Cast) -> Scene:
    return revocable(cast, CLERK)


@stage("rating", "revoke_certificate that is revoked")
def revoke_certificate_again(cast: Cast) -> Scene:
    scene = revocable(cast, cast.volunteer)
    cast.call("revoke_certificate", scene.payload, CLERK, now=SOON)
    return scene


@stage("rating", "check_certificate")
def check_certificate(cast: Cast) -> Scene:
    shown = cast.call("show_certificate", show_certificate(cast).payload, CLERK, key=None, now=SOON)
    return cast.scene(number=shown["number"])

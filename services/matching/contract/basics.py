"""Words that several parts of the contract use."""

from enum import StrEnum

from marshmallow import validate

from services.kernel.contract import Error


class RequestState(StrEnum):
    """submitted → open → accepted → underway → completed; see the service's README for the rest."""

    SUBMITTED = "submitted"
    REFUSED = "refused"
    IN_REVIEW = "in_review"
    OPEN = "open"
    ACCEPTED = "accepted"
    UNDERWAY = "underway"
    EXCEPTED = "excepted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


MINUTES_A_REQUEST = validate.Range(1, 24 * 60)


class PersonNotVerified(Error):
    """Only people verified at the desk may ask for help or give it."""

    code, status = "person_not_verified", 403


class WrongState(Error):
    """This cannot be done at this stage."""

    code, status = "wrong_state", 409


class VersionConflict(Error):
    """Somebody has changed it since you saw it. Look again, then decide."""

    code, status = "version_conflict", 409

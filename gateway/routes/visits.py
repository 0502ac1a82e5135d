"""The routes to what proves a visit, to the exceptions queue and to strikes."""

from gateway.documents import CODE_CARD_PDF
from gateway.routes.route import BOOKING, PERSON, create, keep, show
from services.matching import contract as matching


DEVICE = "/v1/devices/{device_id}"
VISIT_CODE = PERSON + "/visit-code"
CODE_CARD = show(PERSON + "/code-card", matching.PrintCodeCard, "matching", matching.CodeCard)

VISIT_ROUTES = [
    create(
        BOOKING + "/guardian-presence",
        matching.ConfirmPresence,
        "matching",
        matching.PresenceAnswer,
        location=BOOKING,
    ),
    create(
        BOOKING + "/elder-absence",
        matching.ReportElderAbsent,
        "matching",
        matching.BookingAnswer,
        location=BOOKING,
    ),
    create(
        VISIT_CODE,
        matching.SetUpVisitCode,
        "matching",
        matching.VisitCodeSetUp,
        location=VISIT_CODE,
    ),
    show(VISIT_CODE, matching.ShowVisitCode, "matching", matching.VisitCodeAnswer),
    create(
        CODE_CARD.path,
        matching.IssueCodeCard,
        "matching",
        matching.CodeCardIssued,
        location=CODE_CARD.path,
    ),
    CODE_CARD,
    keep(CODE_CARD, CODE_CARD_PDF),
    create(
        "/v1/devices",
        matching.RegisterDevice,
        "matching",
        matching.DeviceAnswer,
        location=DEVICE,
    ),
    show(DEVICE, matching.ShowDevice, "matching", matching.DeviceAnswer),
    create(
        DEVICE + "/revocation",
        matching.RevokeDevice,
        "matching",
        matching.DeviceAnswer,
        location=DEVICE,
    ),
    create(DEVICE + "/captures", matching.SubmitCaptures, "matching", matching.CapturesAnswer),
    show("/v1/exceptions", matching.ListExceptions, "matching", matching.ExceptionsAnswer),
    show(PERSON + "/strikes", matching.ListStrikes, "matching", matching.StrikesAnswer),
    create(
        "/v1/strikes/{strike_id}/waiver",
        matching.WaiveStrike,
        "matching",
        matching.StrikeAnswer,
        location=PERSON + "/strikes",
    ),
]

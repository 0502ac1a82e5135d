"""The routes to special groups."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


MEMBERSHIP = "/v1/special-groups/{membership_id}"
SHEET = "/v1/special-group-sheets/{sheet_id}"
GROUP_ROUTES = [
    create(
        PERSON + "/special-groups",
        identity.ApplyForSpecialGroup,
        "identity",
        identity.MembershipAnswer,
    ),
    show(
        PERSON + "/special-groups",
        identity.ListSpecialGroups,
        "identity",
        identity.PersonMembershipsAnswer,
    ),
    show("/v1/special-groups", identity.ListMemberships, "identity", identity.MembershipsAnswer),
    show(
        "/v1/special-groups/rechecks",
        identity.ListRechecks,
        "identity",
        identity.MembershipsAnswer,
    ),
    *(
        create(MEMBERSHIP + path, request_class, "identity", identity.MembershipAnswer)
        for path, request_class in (
            ("/approval", identity.ApproveSpecialGroup),
            ("/refusal", identity.RefuseSpecialGroup),
            ("/recheck", identity.RecheckSpecialGroup),
            ("/ending", identity.EndSpecialGroup),
        )
    ),
    create(
        "/v1/operations/special-groups-sweep",
        identity.SweepSpecialGroups,
        "identity",
        identity.GroupSweepAnswer,
    ),
    create(
        "/v1/special-group-sheets",
        identity.PrepareGroupSheet,
        "identity",
        identity.PreviewAnswer,
        location=SHEET,
    ),
    show(SHEET, identity.ShowGroupSheet, "identity", identity.SheetFile),
    create(
        SHEET + "/entry",
        identity.EnterGroupSheet,
        "identity",
        identity.SheetAnswer,
        location=SHEET,
    ),
    create(
        SHEET + "/approval",
        identity.ApproveGroupSheet,
        "identity",
        identity.SheetAnswer,
        location=SHEET,
    ),
]

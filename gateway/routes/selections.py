"""The routes to selections; what has been announced is open to everybody."""

from gateway.routes.route import create, show
from services.rating import contract as rating


SELECTION = "/v1/selections/{selection_id}"

SELECTION_ROUTES = [
    create(
        "/v1/selections",
        rating.OpenSelection,
        "rating",
        rating.SelectionAnswer,
        location=SELECTION,
    ),
    show("/v1/selections", rating.ListSelections, "rating", rating.SelectionsAnswer),
    show(
        "/v1/selection-announcements",
        rating.ListAnnouncements,
        "rating",
        rating.AnnouncementsAnswer,
        open=True,
    ),
    show(
        "/v1/selection-announcements/{selection_id}",
        rating.ShowAnnouncement,
        "rating",
        rating.AnnouncementAnswer,
        open=True,
    ),
    show(SELECTION, rating.ShowSelection, "rating", rating.SelectionAnswer),
    show(SELECTION + "/recount", rating.RecountSelection, "rating", rating.SelectionRecount),
    create(
        SELECTION + "/nominations",
        rating.NominateCandidate,
        "rating",
        rating.NominationKept,
        location=SELECTION,
    ),
    create(SELECTION + "/votes", rating.CastVote, "rating", rating.VoteKept, location=SELECTION),
    *(
        create(
            SELECTION + path, request_class, "rating", rating.SelectionAnswer, location=SELECTION
        )
        for path, request_class in (
            ("/jury", rating.AppointJury),
            ("/shortlist", rating.ShortlistSelection),
            ("/voting", rating.StartVoting),
            ("/voting-extension", rating.ExtendVoting),
            ("/decision", rating.DecideSelection),
            ("/announcement", rating.AnnounceSelection),
            ("/cancellation", rating.CancelSelection),
        )
    ),
]

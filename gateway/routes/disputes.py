"""The routes to disputes over the minutes of visits."""

from gateway.routes.route import VISIT, create, show
from services.rating import contract as rating


DISPUTE = "/v1/disputes/{dispute_id}"
DISPUTE_ROUTES = [
    create(
        VISIT + "/disputes",
        rating.OpenDispute,
        "rating",
        rating.DisputeAnswer,
        location=DISPUTE,
    ),
    show("/v1/disputes", rating.ListMyDisputes, "rating", rating.DisputesAnswer),
    show(
        "/v1/disputes/to-decide",
        rating.ListDisputesToDecide,
        "rating",
        rating.DisputesAnswer,
    ),
    show(
        "/v1/disputes/statistics",
        rating.ShowDisputeStatistics,
        "rating",
        rating.DisputeStatisticsAnswer,
    ),
    show(DISPUTE, rating.ShowDispute, "rating", rating.DisputeAnswer),
    *(
        create(f"{DISPUTE}/{name}", asked, "rating", rating.DisputeAnswer, location=DISPUTE)
        for name, asked in (
            ("evidence", rating.AddEvidence),
            ("hand-up", rating.HandUpDispute),
            ("decision", rating.DecideDispute),
            ("appeal", rating.AppealDispute),
            ("withdrawal", rating.WithdrawDispute),
            ("settlement", rating.SettleDisputeAgain),
        )
    ),
    create(
        "/v1/operations/disputes-sweep",
        rating.SweepDisputes,
        "rating",
        rating.DisputeSweepAnswer,
    ),
]

"""The routes of points and rewards (S10)."""

from gateway.routes.route import PERSON, create, show
from services.ledger import contract as ledger


EXCHANGE = "/v1/exchanges/{exchange_id}"

REWARD_ROUTES = [
    create("/v1/rewards", ledger.AddReward, "ledger", ledger.RewardAnswer),
    show("/v1/rewards", ledger.ListRewards, "ledger", ledger.RewardsAnswer),
    create("/v1/rewards/{code}/changes", ledger.ChangeReward, "ledger", ledger.RewardAnswer),
    create(
        "/v1/exchanges",
        ledger.ExchangePoints,
        "ledger",
        ledger.ExchangeAnswer,
        location=EXCHANGE,
    ),
    show("/v1/exchanges", ledger.ListExchanges, "ledger", ledger.ExchangesAnswer),
    show(EXCHANGE, ledger.ShowExchange, "ledger", ledger.ExchangeFile),
    show("/v1/pick-ups", ledger.ListPickUps, "ledger", ledger.ExchangesAnswer),
    *(
        create(EXCHANGE + path, request_class, "ledger", ledger.ExchangeAnswer, location=EXCHANGE)
        for path, request_class in (
            ("/hand-over", ledger.HandOverReward),
            ("/cancellation", ledger.CancelExchange),
            ("/return", ledger.ReturnReward),
        )
    ),
    show(PERSON + "/points", ledger.ListPoints, "ledger", ledger.PointsAnswer),
]

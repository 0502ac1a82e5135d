"""The routes to a day's dispatch."""

from gateway.routes.route import create, show
from services.matching import contract as matching


PLAN = "/v1/plans/{plan_id}"

DISPATCH_ROUTES = [
    create("/v1/plans", matching.AskForPlan, "matching", matching.PlanAnswer, location=PLAN),
    show("/v1/plans", matching.ListPlans, "matching", matching.PlansAnswer),
    show(PLAN, matching.ShowPlan, "matching", matching.PlanWithLines),
    create(
        PLAN + "/acceptance",
        matching.AcceptPlan,
        "matching",
        matching.PlanWithLines,
        location=PLAN,
    ),
    create(
        PLAN + "/rejection", matching.RejectPlan, "matching", matching.PlanAnswer, location=PLAN
    ),
]

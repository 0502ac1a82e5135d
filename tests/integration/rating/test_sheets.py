"""S8, S15: the agency enters paper forms in bulk."""

from typing import Any
from uuid import uuid4

import pytest

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, Unauthenticated
from services.rating.contract import RatingGiven, UnreadableRatingSheet
from tests.integration.rating.conftest import CLERK, SOON, Rating


def test_a_list_is_looked_at_first_and_its_good_lines_are_entered_once(rating: Rating) -> None:
    good, rated, elsewhere = rating.visit(), rating.visit(), rating.visit(street="110105002")
    rating.rate(rated)
    lines = [f"{good.visit_id},4,是,按时到", f"{rated.visit_id},1,否,", f"{elsewhere.visit_id},5,,"]
    sheet = {"csv": "\n".join(["服务编号,总体,再次,意见", *lines, f"{uuid4()},5,,", "x,5,,"])}

    def hand_in(operation: str, caller: Caller = CLERK, **changes: Any) -> Any:
        return rating.call(operation, sheet | changes, caller, now=SOON)

    preview = hand_in("preview_rating_sheet")
    assert [item["fault"] for item in preview["items"]] == [
        None,
        "already_rated",
        "unknown_visit",
        "unknown_visit",
        "invalid_visit_id",
    ]
    assert preview["items"][1]["zh"] == "此次服务已评价"
    assert (preview["good_lines"], preview["faulty_lines"], preview["entered_lines"]) == (1, 4, 0)
    assert preview["policy_version"] == 1
    assert len(rating.recorded(RatingGiven)) == 1

    entered = hand_in("enter_rating_sheet")
    assert entered["entered_lines"] == 1
    told = rating.recorded(RatingGiven)[-1]
    assert told["rating_id"] == entered["items"][0]["rating_id"]
    assert (told["channel"], told["again"]) == ("paper_form", True)
    assert told["rated_by"] == str(CLERK.person_id)
    again = hand_in("enter_rating_sheet")
    assert (again["entered_lines"], again["items"][0]["fault"]) == (0, "already_rated")
    assert rating.reputation(good.volunteer)["stars_sum"] == 4

    officer = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, "110105"),))
    for operation in ("preview_rating_sheet", "enter_rating_sheet"):
        for caller, refusal in ((officer, Forbidden), (Caller(), Unauthenticated)):
            with pytest.raises(refusal):
                hand_in(operation, caller)
        with pytest.raises(UnreadableRatingSheet):
            hand_in(operation, csv="stars\n5")

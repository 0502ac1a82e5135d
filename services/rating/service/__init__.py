"""Rating on the wire: parse, one transaction, decide, record."""

from services.rating.service.arbiters import Arbiters
from services.rating.service.certificates import Certificates
from services.rating.service.complaints import Complaints
from services.rating.service.conditions import ConditionsThere
from services.rating.service.disputes import Disputes
from services.rating.service.news import News
from services.rating.service.organisations import Organisations
from services.rating.service.powers import Powers
from services.rating.service.reputation import Reputations
from services.rating.service.selection_recounts import SelectionRecounts
from services.rating.service.selections import Selections
from services.rating.service.selections_shown import SelectionsShown
from services.rating.service.settlements import Settlements
from services.rating.service.sheets import RatingSheets
from services.rating.service.stars import Stars


class RatingService(
    Arbiters,
    Certificates,
    Complaints,
    ConditionsThere,
    Disputes,
    News,
    Organisations,
    Powers,
    RatingSheets,
    Reputations,
    SelectionRecounts,
    Selections,
    SelectionsShown,
    Settlements,
    Stars,
):
    """Satisfaction, and what it adds up to."""

    name = "rating"

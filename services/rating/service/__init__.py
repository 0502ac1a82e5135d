"""Rating on the wire: parse, one transaction, decide, record."""

from services.rating.service.news import News
from services.rating.service.powers import Powers
from services.rating.service.ratings import Ratings
from services.rating.service.reputation import Reputations


class RatingService(News, Powers, Ratings, Reputations):
    """Satisfaction, and what it adds up to."""

    name = "rating"

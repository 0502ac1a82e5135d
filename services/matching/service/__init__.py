"""Matching on the wire: parse, one transaction, decide, record."""

from services.matching.service.acting import Acting
from services.matching.service.activities import Activities
from services.matching.service.bookings import Bookings
from services.matching.service.catalogue import Catalogue
from services.matching.service.changing import Changing
from services.matching.service.codes import Codes
from services.matching.service.devices import Devices
from services.matching.service.dispatch import Dispatch
from services.matching.service.exceptions import Exceptions
from services.matching.service.explaining import Explaining
from services.matching.service.finding import Finding
from services.matching.service.invitations import Invitations
from services.matching.service.lives import Lives
from services.matching.service.news import News
from services.matching.service.policies import Policies
from services.matching.service.programmes import Programmes
from services.matching.service.requests import Requests
from services.matching.service.reviews import Reviews
from services.matching.service.series import Series
from services.matching.service.standing import Standing
from services.matching.service.strikes import Strikes
from services.matching.service.visits import Visits
from services.matching.service.volunteers import Volunteers


class MatchingService(
    News,
    Lives,
    Standing,
    Acting,
    Catalogue,
    Changing,
    Reviews,
    Requests,
    Series,
    Activities,
    Programmes,
    Bookings,
    Visits,
    Codes,
    Devices,
    Exceptions,
    Strikes,
    Volunteers,
    Finding,
    Invitations,
    Dispatch,
    Policies,
    Explaining,
):
    """The catalogue, requests, bookings, visits, and what becomes of those that went wrong."""

    name = "matching"

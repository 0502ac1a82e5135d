"""Finding on the wire: requests near a volunteer, volunteers for a request."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.paging import read_cursor
from services.kernel.service import handles, query
from services.matching import answers, rights, shown, storage, striking
from services.matching.contract import (
    ListCandidates,
    ListNearbyRequests,
    NoProfile,
    RequestNotOpen,
    RequestState,
)
from services.matching.domain import finding as scoring
from services.matching.domain import reasons
from services.matching.domain.volunteers import free_between, without
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import RequestRow, finding, invitations, profiles
from services.matching.storage.finding_policies import finding_policy
from services.matching.storage.tables_volunteers import VolunteerRow
from services.rating.contract import ReputationChanged


WISHES = (
    "radius_metres",
    "category",
    "item_code",
    "skill",
    "language",
    "starts_from",
    "ends_until",
)


class Finding(MatchingPart):
    @handles(ReputationChanged)
    def keep_reputation(self, session: Session, event: Facts, call: Call) -> None:
        facts = (event[name] for name in ("volunteer_id", "ratings", "stars_sum", "sequence"))
        finding.save_reputation(session, *facts)

    @query(ListNearbyRequests)
    def list_nearby_requests(self, session: Session, request: Facts, call: Call) -> Facts:
        caller_id = rights.signed_in(call.caller)
        row = profiles.find_profile(session, caller_id)
        looked = looked_for(request, row)
        booked = tuple(finding.booked_spans(session, caller_id, call.now))
        profile = profiles.profile_at(session, row, call.now) if row else None
        myself = reasons.Myself(profile, booked)
        able = self._able(session, myself, looked, call) if request["fits_me"] else None
        limit = request["limit"]
        after = read_cursor(request["cursor"], answers.way_through_the_globe)
        near = finding.nearby_requests(session, looked, able, caller_id, call.now, limit + 1, after)
        page, cursor = answers.page(near, limit, lambda each: (each[1], each[0].request_id))
        elders = {row.elder_id for row, _, _ in page}
        together = finding.visits_together(session, [caller_id], elders) if elders else {}
        items = []
        for each, _, metres in page:
            visits = together.get((caller_id, each.elder_id), 0)
            is_asked_for = each.preferred_volunteer_id == caller_id
            why = reasons.reasons_for(need_of(each), metres, myself, visits, is_asked_for)
            items.append(shown.nearby_request(each, round(metres), why))
        return {"items": items, "next_cursor": cursor}

    def _able(
        self, session: Session, myself: reasons.Myself, looked: finding.Looked, call: Call
    ) -> finding.Able:
        """What the volunteer has to give, for as far ahead as anybody can ask."""
        profile = myself.profile
        if profile is None:
            raise NoProfile
        policy = storage.policy_in_force(session, call.now)
        furthest = call.now + timedelta(days=policy.furthest_ahead_days + 1)
        since = max(call.now, looked.starts_from or call.now)
        until = min(furthest, looked.ends_until or furthest)
        free = without(free_between(profile, since, until), myself.booked)
        return finding.Able(
            free, sorted(profile.skills), sorted(profile.certified), sorted(profile.languages)
        )

    @query(ListCandidates)
    def list_candidates(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row = found(storage.find_request(session, request["request_id"]), "No such request.")
        self._acting_for(session, row.elder_id, row.street, call)
        if row.state != RequestState.OPEN or row.starts_at <= call.now:
            raise RequestNotOpen(fields={"state": row.state})
        policy = finding_policy(session, call.now)
        names, known = self._known(session, row, policy, call)
        ranked = scoring.rank(need_of(row), known, policy)[: request["limit"]]
        invited = invitations.invited_to(session, row.request_id)
        sees_names = rights.is_staff(call.caller, row.street)
        return {
            "request_id": row.request_id,
            "policy_version": policy.version,
            "items": [
                shown.candidate(
                    each,
                    shown_name(names[each.known.volunteer_id], sees_names),
                    each.known.volunteer_id in invited,
                    policy,
                )
                for each in ranked
            ],
        }

    def _known(
        self, session: Session, row: RequestRow, policy: Any, call: Call
    ) -> tuple[dict[Any, str], list[scoring.Known]]:
        """The volunteers near a request, and all that their score is made of."""
        near = finding.near_volunteers(
            session, row, policy.furthest_metres, policy.nearest_candidates
        )
        paused = striking.paused_among(
            session,
            [each.row.person_id for each in near],
            call.now,
            storage.policy_in_force(session, call.now),
        )
        near = [each for each in near if each.row.person_id not in paused]
        ids = [each.row.person_id for each in near]
        day = city_date(row.starts_at)
        certificates = profiles.certificates_of(session, ids, day)
        ratings = finding.reputations_of(session, ids)
        together = finding.visits_together(session, ids, [row.elder_id])
        since = call.now - timedelta(days=policy.fair_share_days)
        lately = finding.minutes_since(session, ids, since)
        known = [
            scoring.Known(
                volunteer_id=each.row.person_id,
                profile=profiles.profile_from(each.row, certificates.get(each.row.person_id, [])),
                distance_metres=each.metres,
                ratings=ratings.get(each.row.person_id, (0, 0))[0],
                stars_sum=ratings.get(each.row.person_id, (0, 0))[1],
                visits_together=together.get((each.row.person_id, row.elder_id), 0),
                minutes_lately=lately.get(each.row.person_id, 0),
            )
            for each in near
        ]
        return {each.row.person_id: each.name for each in near}, known


def looked_for(request: Facts, row: VolunteerRow | None) -> finding.Looked:
    """Around the position given, or the base of the profile; raises InvalidRequest without both."""
    wishes = {name: request[name] for name in WISHES}
    given = (request["latitude"], request["longitude"])
    if None not in given:
        return finding.Looked(*given, **wishes)
    if given != (None, None) or row is None:
        needed = ["Both, or neither with a profile that says where you set out from."]
        raise InvalidRequest(fields={"latitude": needed, "longitude": needed})
    return finding.Looked(row.latitude, row.longitude, **wishes)


def need_of(row: RequestRow) -> scoring.Need:
    return scoring.Need(row.starts_at, row.ends_at, row.skill, row.certificate_needed, row.language)


def shown_name(name: str, whole: bool) -> str:
    """
    >>> shown_name("欧阳娜娜", False), shown_name("张三", False), shown_name("张三", True)
    ('欧***', '张*', '张三')
    """
    return name if whole else name[:1] + "*" * (len(name) - 1)

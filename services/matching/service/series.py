"""Weekly series on the wire, and the timer that makes their requests."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, every, query
from services.matching import answers, asking, domain, doors, endings, recurring, rights, storage
from services.matching.contract import (
    Category,
    EndSeries,
    InvalidSeries,
    ListSeries,
    MakeOccurrences,
    NotAnOccurrence,
    ResumeSeries,
    ReviseSeries,
    SeriesResumed,
    SeriesState,
    SeriesSubmitted,
    ShowSeries,
    SkipOccurrence,
    SubmitSeries,
    VersionConflict,
    WrongState,
)
from services.matching.domain import Person, Rhythm
from services.matching.service.base import Facts, MatchingPart, found, verified
from services.matching.storage import SeriesRow


MAKE_SECONDS = 60
REVISED = "revised"
ALREADY_ACCEPTED = "already_accepted"
CHANGEABLE = (SeriesState.ACTIVE, SeriesState.PAUSED)
A_DAY = timedelta(days=1)


class Series(MatchingPart):
    @command(SubmitSeries)
    def submit_series(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        elder = verified(storage.find_person(session, request["elder_id"]))
        submitted_by = self._acting_for(session, elder.person_id, elder.street, call)
        self._check_not_paused(session, elder, call)
        series = self._add_series(session, elder, submitted_by, request, call)
        recurring.make(self.record, session, self.vault, series, call.now)
        return self._shown_series(session, series)

    @command(ReviseSeries)
    def revise_series(self, session: Session, request: Facts, call: Call) -> Facts:
        old, revised_by = self._lock_own_series(session, request["series_id"], call)
        if old.version != request["version"]:
            raise VersionConflict(fields={"version": old.version})
        elder = verified(storage.find_person(session, old.elder_id))
        self._check_not_paused(session, elder, call)
        wish = request | {"first_on": request["from_on"], "continues_id": old.series_id}
        new = self._add_series(session, elder, revised_by, wish, call)
        last_on = request["from_on"] - A_DAY
        held, standing = recurring.shorten(self.record, session, old, last_on, revised_by, REVISED)
        for day in standing:
            self._leave_week_out(session, new, day, revised_by, call)
        # Those whose coins are held give them back first; see submit_replacement.
        recurring.make(self.record, session, self.vault, new, call.now, held)
        return self._shown_series(session, new)

    @command(EndSeries)
    def end_series(self, session: Session, request: Facts, call: Call) -> Facts:
        series, ended_by = self._lock_own_series(session, request["series_id"], call)
        last_on, reason = request["last_on"], request["reason"]
        if not city_date(call.now) - A_DAY <= last_on <= series.last_on:
            raise InvalidSeries(fields={"last_on": ["From yesterday to the last day so far."]})
        recurring.shorten(self.record, session, series, last_on, ended_by, reason)
        return self._shown_series(session, series)

    @command(SkipOccurrence)
    def skip_occurrence(self, session: Session, request: Facts, call: Call) -> Facts:
        series, skipped_by = self._lock_own_series(session, request["series_id"], call)
        day = request["occurs_on"]
        if day not in domain.occurrences(recurring.rhythm_of(series), day, day):
            raise NotAnOccurrence
        row = storage.lock_occurrence(session, series.series_id, day)
        if row is not None:
            how = (skipped_by, request["reason"], call.now)
            endings.cancel_in_time(self.record, session, row, *how)
        self._leave_out(session, series, day, skipped_by, request["reason"], call)
        return self._shown_series(session, series)

    @command(ResumeSeries)
    def resume_series(self, session: Session, request: Facts, call: Call) -> Facts:
        series, resumed_by = self._lock_own_series(session, request["series_id"], call)
        recurring.move(series, SeriesState.ACTIVE)
        series.pause_reason, series.refusals = None, 0
        facts = {"series_id": series.series_id, "elder_id": series.elder_id}
        self.record(
            session, SeriesResumed, **facts, resumed_by=resumed_by, district=series.district
        )
        recurring.make(self.record, session, self.vault, series, call.now)
        return self._shown_series(session, series)

    @query(ShowSeries)
    def show_series(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        series = found(storage.find_series(session, request["series_id"]), "No such series.")
        self._may_see_series(session, series.elder_id, series.street, call)
        return self._shown_series(session, series)

    @query(ListSeries)
    def list_series(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        elder_id, limit = request["elder_id"], request["limit"]
        person = storage.find_person(session, elder_id)
        self._may_see_series(session, elder_id, person.street if person else "", call)
        before = read_cursor(request["cursor"], moment)
        rows = storage.series_page(session, elder_id, limit + 1, before)
        page, cursor = answers.page(rows, limit, lambda row: (row.created_at, row.series_id))
        return {
            "items": [answers.series(row, doors.opened(self.vault, row)) for row in page],
            "next_cursor": cursor,
        }

    @command(MakeOccurrences)
    def make_occurrences(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.may_operate(call.caller)
        made = recurring.make_due(self.record, session, self.vault, call.now)
        return {"made": made}

    @every(seconds=MAKE_SECONDS)
    def make_due_occurrences(self, session: Session, call: Call) -> None:
        recurring.make_due(self.record, session, self.vault, call.now)

    def _add_series(
        self, session: Session, elder: Person, submitted_by: UUID, wish: Facts, call: Call
    ) -> SeriesRow:
        """A new series, of which no request is made yet; raises for what cannot be asked for."""
        policy = storage.policy_in_force(session, call.now)
        domain.check_age(elder, call.now, policy)
        rhythm = Rhythm(
            wish["weekday"],
            wish["time_of_day"],
            wish["window_minutes"] or wish["minutes"],
            wish["minutes"],
            wish["first_on"],
            wish["last_on"],
        )
        domain.check_series(rhythm, call.now, policy)
        item = asking.item_asked_for(session, elder, wish, call.now)
        domain.check_item(item, wish["category"], rhythm.minutes, policy)
        asking.check_language(wish["language"])
        series_id = uuid4()
        place = asking.placed(self.vault, doors.SERIES, series_id, wish["place"], wish["note"])
        facts: dict[str, Any] = {
            "series_id": series_id,
            "elder_id": elder.person_id,
            "submitted_by": submitted_by,
            "category": Category(item.category),
            "item_code": item.item_code,
            "weekday": rhythm.weekday,
            "time_of_day": rhythm.starts_at,
            "minutes": rhythm.minutes,
            "first_on": rhythm.first_on,
            "last_on": rhythm.last_on,
            "street": elder.street,
            "district": elder.district,
            "continues_id": wish.get("continues_id"),
        }
        told = facts | {"time_of_day": answers.clock(rhythm.starts_at)}
        self.record(session, SeriesSubmitted, **told)
        more = ("language", "preferred_volunteer_id")
        return storage.add_series(
            session,
            **facts,
            **place,
            **{name: wish[name] for name in more},
            window_minutes=rhythm.window_minutes,
            made_until=rhythm.first_on - A_DAY,
            state=SeriesState.ACTIVE,
            refusals=0,
            version=1,
            created_at=call.now,
        )

    def _lock_own_series(
        self, session: Session, series_id: UUID, call: Call
    ) -> tuple[SeriesRow, UUID]:
        """The series, while something can be done about it, and who acts for its elder."""
        rights.signed_in(call.caller)
        series = found(storage.lock_series(session, series_id), "No such series.")
        acted_by = self._acting_for(session, series.elder_id, series.street, call)
        if series.state not in CHANGEABLE:
            raise WrongState(fields={"state": series.state})
        return series, acted_by

    def _leave_week_out(
        self, session: Session, series: SeriesRow, standing: date, by: UUID, call: Call
    ) -> None:
        """Somebody comes on a day of the old series: the new one has no day in that week."""
        monday = standing - timedelta(days=standing.isoweekday() - 1)
        day = monday + timedelta(days=series.weekday - 1)
        self._leave_out(session, series, day, by, ALREADY_ACCEPTED, call)

    def _leave_out(
        self, session: Session, series: SeriesRow, day: date, by: UUID, reason: str, call: Call
    ) -> None:
        facts = {"skipped_by": by, "reason": reason, "created_at": call.now}
        storage.skip_day(session, series_id=series.series_id, occurs_on=day, **facts)

    def _may_see_series(self, session: Session, elder_id: UUID, street: str, call: Call) -> None:
        """The elder's side, and the agency that does it for them."""
        self._acting_for(session, elder_id, street, call)

    def _shown_series(self, session: Session, series: SeriesRow) -> Facts:
        session.flush()
        made = storage.requests_of_series(session, series.series_id)
        skipped = storage.skipped_days(session, series.series_id)
        return answers.series(series, doors.opened(self.vault, series), made, skipped)

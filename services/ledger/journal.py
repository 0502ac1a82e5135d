"""Group commit: commands that come together are decided and written together.

Whoever submits a command waits for its own answer. The batch is one transaction and one block;
when it cannot be written as a whole, each command is tried alone, so that a bad one fails alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from services.kernel import metrics, outbox
from services.kernel.caller import Call
from services.kernel.contract import Error, IdempotencyConflict, InternalError, Unavailable
from services.kernel.database import transact
from services.kernel.idempotency import caller_of
from services.kernel.logs import get_log
from services.kernel.wire import plain
from services.ledger import domain, storage
from services.ledger.domain import Command, Decided, Refused, Task
from services.ledger.storage import Answered, Delivery, Key, Overtaken, Policies


log = get_log(__name__)
MOST_OVERTAKEN = 10
SERVICE = "ledger"
UNIQUE_VIOLATION = "23505"
Answer = dict[str, Any]


@dataclass(frozen=True)
class Submission:
    """A command with the call it came by: with a key and fingerprint, or as a delivered event."""

    command: Command
    call: Call
    fingerprint: str = ""
    # By keys that are being exchanged, and by none: as repeats of before were marked.
    other_fingerprints: tuple[str, ...] = ()
    handler: str = ""
    event_id: UUID | None = None
    demonstration_clock: bool = False

    @property
    def identity(self) -> Key | Delivery | None:
        """What makes it once; None for a caller who does not care."""
        if self.event_id is not None:
            return Delivery(self.handler, self.event_id)
        if self.call.key is not None:
            return Key(caller_of(self.call), self.call.key)
        return None


class Journal:
    """Posts batches into one database; remembers the policy's versions, which never change."""

    def __init__(self, begin: Callable[[], Any]):
        self.begin = begin
        self.policies = Policies()

    def post(self, submissions: Sequence[Submission]) -> list[Answer | Exception]:
        """Each submission's answer, in order: as it goes on the wire, or what is to be raised."""
        try:
            return self._post_together(submissions)
        except Exception as error:
            database_away = isinstance(error.__cause__, DBAPIError)
            if len(submissions) == 1 or database_away:
                return [error] * len(submissions)
            log.warning("a batch is posted one by one", size=len(submissions), error=str(error))
            return [answer for each in submissions for answer in self.post([each])]

    def _post_together(self, submissions: Sequence[Submission]) -> list[Answer | Exception]:
        """Repeats are rare: only when the database knows one of the keys, all are looked up."""
        post_batch = post_hopefully
        cause: IntegrityError | None = None
        for _ in range(MOST_OVERTAKEN):
            try:
                return transact(
                    self.begin, partial(post_batch, submissions=submissions, policies=self.policies)
                )
            except Overtaken:
                post_batch = post_carefully
            except IntegrityError as error:
                if getattr(error.orig, "pgcode", None) != UNIQUE_VIOLATION:
                    raise
                # Another process wrote the same hold, key or account a moment ago.
                post_batch, cause = post_carefully, error
        raise cause or Unavailable()


def post_hopefully(
    session: Session, submissions: Sequence[Submission], policies: Policies
) -> list[Answer | Exception]:
    """As if none were done before; raises Overtaken when one was, or may have been."""
    answers = post_fresh(session, submissions, policies, earlier={})
    # An event that is refused leaves no trace by which a repeat would be seen.
    if any(isinstance(answer, Exception) for answer in answers):
        raise Overtaken
    return answers


def post_carefully(
    session: Session, submissions: Sequence[Submission], policies: Policies
) -> list[Answer | Exception]:
    """Look up what was done before; raises Overtaken when another process does one meanwhile."""
    earlier = find_earlier(session, [each.identity for each in submissions])
    return post_fresh(session, submissions, policies, earlier)


def post_fresh(
    session: Session,
    submissions: Sequence[Submission],
    policies: Policies,
    earlier: dict[Any, Answered | Exception],
) -> list[Answer | Exception]:
    """Answer repeats from memory, decide the rest, write everything; in one transaction."""
    identified = [(each.identity or place, each) for place, each in enumerate(submissions)]
    fresh: dict[Any, Submission] = {}
    for identity, submission in identified:
        if identity not in earlier:
            fresh.setdefault(identity, submission)
    answers = earlier | decide_and_keep(session, fresh, policies)
    return [answer_to(submission, answers[identity]) for identity, submission in identified]


def find_earlier(
    session: Session, identities: Sequence[Key | Delivery | None]
) -> dict[Any, Answered | Exception]:
    keys = [each for each in identities if isinstance(each, Key)]
    deliveries = [each for each in identities if isinstance(each, Delivery)]
    handled = storage.find_handled(session, deliveries)
    metrics.inbox_duplicates.labels(SERVICE).inc(len(handled))
    done = {each: Answered("", {"result": {}}) for each in handled}
    return {**storage.find_answers(session, keys), **done}


def decide_and_keep(
    session: Session, fresh: dict[Any, Submission], policies: Policies
) -> dict[Any, Answered | Exception]:
    """Decide what was not done before; what came of each, by its identity."""
    if not fresh:
        return {}
    submissions = list(fresh.values())
    books, opened = storage.load_books(session, [each.command for each in submissions])
    policies.refresh(session)
    tasks = [Task(each.command, policies.at(each.call.now), each.call.now) for each in submissions]
    results = domain.decide(tasks, books)
    decided = [result for result in results if isinstance(result, Decided)]
    answers = {
        identity: as_answer(submission, result, policies)
        for (identity, submission), result in zip(fresh.items(), results, strict=True)
    }
    keep_identities(session, answers)
    outbox.record_all(
        session,
        [
            envelope
            for submission, result in zip(submissions, results, strict=True)
            for envelope in envelopes_of(submission, result)
        ],
    )
    # The block comes last, for other processes wait for it.
    storage.keep(session, decided, opened, max(each.call.now for each in submissions))
    return answers


def envelopes_of(submission: Submission, result: Decided | Refused) -> list[dict[str, Any]]:
    if isinstance(result, Refused):
        return []
    call = submission.call
    return [
        outbox.envelope(
            happened.event,
            dict(happened.facts),
            call.now,
            call.correlation_id,
            submission.demonstration_clock,
        )
        for happened in result.outcome.events
    ]


def as_answer(
    submission: Submission, result: Decided | Refused, policies: Policies
) -> Answered | Exception:
    """A refusal of a caller's command is its answer for good; an event's is to be tried again."""
    if isinstance(result, Decided):
        refusal = result.outcome.refusal
        if refusal is not None:
            return Answered(submission.fingerprint, {"error": refusal.to_wire()})
        return Answered(submission.fingerprint, {"result": plain(result.outcome.answer)})
    error = result.error
    if submission.event_id is not None or not isinstance(error, Error):
        return error
    if error.status >= InternalError.status:
        return error
    error.policy = policies.told(submission.call.now)
    return Answered(submission.fingerprint, {"error": error.to_wire()})


def keep_identities(session: Session, answers: dict[Any, Answered | Exception]) -> None:
    done = {each: answer for each, answer in answers.items() if isinstance(answer, Answered)}
    storage.keep_answers(session, {key: done[key] for key in done if isinstance(key, Key)})
    storage.keep_deliveries(session, [each for each in done if isinstance(each, Delivery)])


def answer_to(submission: Submission, answered: Answered | Exception) -> Answer | Exception:
    if isinstance(answered, Exception):
        return answered
    if answered.fingerprint not in (submission.fingerprint, *submission.other_fingerprints):
        return IdempotencyConflict()
    return dict(answered.answer)

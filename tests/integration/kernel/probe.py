"""A service in miniature that the kernel's tests run: it counts, and fails when told to."""

from typing import Any

from marshmallow import fields
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.kernel.caller import Call
from services.kernel.contract import Error, Event, Request, Unacceptable
from services.kernel.database import new_base
from services.kernel.service import Service, command, handles, query


Base = new_base()


class NoteRow(Base):  # type: ignore[misc, valid-type]
    __tablename__ = "notes"

    note_id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]


class WriteNote(Request):
    """Write a note."""

    words = fields.String(required=True)


class CountNotes(Request):
    """How many notes there are."""


class NoteRefused(Error):
    """Such a note is refused."""

    code, status = "note_refused", 409


class NoteMisspelt(Error):
    """Such a note is refused, and counted."""

    code, status, keeps_changes = "note_misspelt", 409, True


class NoteWritten(Event):
    """A note was written."""

    source, type, subject = "probe", "note.written.v1", "words"

    words = fields.String(required=True)


class NoteTold(Event):
    """Somebody told us a note."""

    source, type, subject = "probe", "note.told.v1", "words"

    words = fields.String(required=True)


class ProbeService(Service):
    """Writes notes by command and by event."""

    name = "probe"

    @command(WriteNote)
    def write_note(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        self.write(session, request["words"])
        self.record(session, NoteWritten, district="110000", words=request["words"])
        if request["words"] == "refuse":
            raise NoteRefused(fields={"words": request["words"]})
        if request["words"] == "mispelt":
            raise NoteMisspelt
        if request["words"] == "fail":
            raise RuntimeError("secret text")
        return {"at": call.now, "by": call.caller.person_id}

    @query(CountNotes)
    def count_notes(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        return {"notes": session.scalar(select(func.count()).select_from(NoteRow))}

    @handles(NoteTold)
    def keep_note(self, session: Session, event: dict[str, Any], call: Call) -> None:
        self.write(session, event["words"])
        if event["words"] == "fail":
            raise RuntimeError("cannot keep it")
        if event["words"] == "never":
            raise Unacceptable("no retry can help")
        if event["words"] == "fail twice" and self.attempts(session) < 3:
            raise RuntimeError("not yet")

    def attempts(self, session: Session) -> int:
        # A sequence counts attempts even when the transaction is rolled back.
        return int(session.scalar(text("select nextval('attempts')")) or 0)

    def write(self, session: Session, words: str) -> None:
        session.execute(insert(NoteRow).values(words=words))

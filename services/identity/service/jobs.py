"""The timers that take jobs to providers."""

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity import courier
from services.identity.courier import Courier
from services.identity.service.base import IdentityPart
from services.identity.storage import jobs
from services.kernel.caller import Call
from services.kernel.database import DatabaseEngine
from services.kernel.service import every


VERIFICATION_SECONDS = 2
MESSAGE_SECONDS = 1
SWEEP_SECONDS = 3600
KEEP_ENDED_DAYS = 30


class Jobs(IdentityPart):
    @every(seconds=VERIFICATION_SECONDS, session=False)
    def ask_verifier(self, db: DatabaseEngine, call: Call) -> None:
        courier.verify_due(self.courier(db, call), self.providers.verifier)

    @every(seconds=MESSAGE_SECONDS, session=False)
    def send_messages(self, db: DatabaseEngine, call: Call) -> None:
        providers = self.providers
        courier.send_due(self.courier(db, call), providers.sms, providers.sms_name)

    @every(seconds=SWEEP_SECONDS)
    def forget_ended_jobs(self, session: Session, call: Call) -> None:
        jobs.delete_ended_jobs(session, call.now - timedelta(days=KEEP_ENDED_DAYS))

    def courier(self, db: DatabaseEngine, call: Call) -> Courier:
        return Courier(db, self.vault, self.record, call.now)

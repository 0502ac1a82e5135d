"""The play: the main job, then what it makes possible, and at last the books."""

from deploy.demo.play.books import books
from deploy.demo.play.cities import three_cities
from deploy.demo.play.desk import elder_without_phone
from deploy.demo.play.dispatch import day_of_dispatch
from deploy.demo.play.dispute import dispute
from deploy.demo.play.honours import certificate, rewards
from deploy.demo.play.main_job import MainJob
from deploy.demo.play.pupil import pupil_with_guardian
from deploy.demo.play.selection import selection
from deploy.demo.play.why import reasons


class Play(MainJob):
    """One performance of all chapters."""

    def perform(self) -> None:
        """A refusal that nobody expected breaks it off with the Problem."""
        self.accounts()
        self.free_coins()
        self.request()
        self.visit()
        self.gift()
        self.redemption()
        pupil_with_guardian(self)
        elder_without_phone(self)
        day_of_dispatch(self)
        certificate(self)
        rewards(self)
        dispute(self)
        selection(self)
        reasons(self)
        three_cities(self)
        books(self)

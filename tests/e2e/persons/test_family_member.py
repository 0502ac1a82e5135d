"""The family member: gives and receives coins within the family, and to nobody else."""

from deploy.demo import story
from deploy.demo.stage import Stage
from services.identity.contract import Relation
from tests.e2e.test_facts import ELSEWHERE, HOME, refusal, served


def test_a_daughter_gives_coins_to_the_family_and_to_nobody_else(stage: Stage) -> None:
    daughter = served(stage, 120, age=61)
    father = story.register_and_verify(stage, 86, ELSEWHERE)
    uncle = story.register_and_verify(stage, 70, HOME)
    refusal("not_kin", story.give, stage, daughter, father, 60)
    story.become_kin(stage, daughter, father, Relation.PARENT)
    story.give_to_kin(stage, daughter, father, 90)
    story.until_coins(stage, father, gifted_minutes=90)
    refusal("not_kin", story.give, stage, daughter, uncle, 30)
    refusal("insufficient_coins", story.give, stage, daughter, father, 31)

    # Gifted coins pay for service and cannot be given on.
    refusal("insufficient_coins", story.give, stage, father, daughter, 30)
    assert story.publish(stage, father, story.daytime(), 90)["state"] == "open"

"""The books: a statement that adds up at every line, and a trial balance of zero."""

from deploy.demo import story
from deploy.demo.play.main_job import GIFT, SERVED, MainJob
from deploy.demo.report import statement_rows, trial_balance_rows
from deploy.demo.stage import until


def books(play: MainJob) -> None:
    """What the whole play has left behind."""
    stage, step, volunteer = play.stage, play.report.step, play.volunteer
    play.report.chapter("books")
    lines = story.statement(stage, volunteer)
    balance, right = 0, True
    for line in lines:
        balance += line["minutes"]
        right = right and line["balance_minutes"] == balance
    right = right and balance == play.minutes_of(volunteer) == SERVED - GIFT
    step("statement", right, name=volunteer.name, minutes=balance)
    balances = until(lambda: story.trial_balance(stage), "a trial balance")
    total = balances["total_minutes"]
    zero = total == 0 == sum(item["amount"] for item in balances["items"])
    step("trial_balance", zero, total=total)
    play.report.show("statement", statement_rows(lines), lines, name=volunteer.name)
    play.report.show("trial_balance", trial_balance_rows(balances), balances)

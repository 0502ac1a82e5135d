"""The demonstration holds on the real processes, also when it is given again."""

from deploy.demo.play import Play
from deploy.demo.report import Report
from deploy.demo.stage import Stage


def test_every_expectation_of_the_demonstration_holds_twice_in_a_row(stage: Stage) -> None:
    for _ in range(2):
        report = Report()
        Play(stage, report).perform()
        report.end()
        assert report.held, [step for step in report.steps if not step.held]

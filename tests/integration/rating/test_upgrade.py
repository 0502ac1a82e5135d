"""A city that runs already: what was served before is certified by its kind too."""

from uuid import uuid4

from alembic import command
from eventlet import tpool
from sqlalchemy import create_engine, text

from services.kernel.migrate import alembic_config, migrate
from services.rating.domain.figures import Figures
from tests.integration.conftest import Templates, at_database, execute


BEFORE = "0005"
BEFORE_VOICES = "0011"


def test_visits_that_were_counted_before_there_were_certificates_have_their_category(
    templates: Templates,
) -> None:
    name = f"it_rating_old_{uuid4().hex[:12]}"
    url = at_database(templates.admin_url, name)
    known, activity, volunteer = uuid4(), uuid4(), uuid4()
    execute(templates.admin_url, f'create database "{name}"')
    try:
        tpool.execute(command.upgrade, alembic_config("rating", url, None), BEFORE)
        execute(
            url,
            "insert into visits (visit_id, elder_id, volunteer_id, street, ended_at, category)"
            f" values ('{known}', '{uuid4()}', '{volunteer}', '110105001', now(), 'legal_aid')",
            "insert into served_visits (visit_id, volunteer_id, minutes, ended_at)"
            f" values ('{known}', '{volunteer}', 60, now()),"
            f" ('{activity}', '{volunteer}', 30, now())",
        )
        tpool.execute(migrate, "rating", url, None)
        engine = create_engine(url)
        with engine.connect() as connection:
            found = connection.execute(text("select visit_id, category from served_visits"))
            assert {row.visit_id: row.category for row in found} == {
                known: "legal_aid",
                activity: "",
            }
        engine.dispose()
    finally:
        execute(templates.admin_url, f'drop database "{name}" with (force)')


def test_a_shortlist_of_before_each_elder_had_one_voice_can_still_be_read(
    templates: Templates,
) -> None:
    name = f"it_rating_old_{uuid4().hex[:12]}"
    url = at_database(templates.admin_url, name)
    selection = uuid4()
    execute(templates.admin_url, f'create database "{name}"')
    try:
        tpool.execute(command.upgrade, alembic_config("rating", url, None), BEFORE_VOICES)
        figures = (
            '{"minutes": 60, "visits": 3, "elders": 2, "volunteers": 1, "ratings": 2,'
            ' "stars_sum": 9, "upheld": 0}'
        )
        execute(
            url,
            "insert into selections (selection_id, kind, area, from_date, until_date, title_zh,"
            " title_en, winners, nominated_only, state, criteria, policy_version, opened_by,"
            f" opened_at) values ('{selection}', 'organisation', '110105', '2026-01-01',"
            f" '2026-06-30', '优秀', 'Best', 1, false, 'draft', '{{}}', 1, '{uuid4()}', now())",
            "insert into selection_shortlists (selection_id, version, candidate_id,"
            " organisation_id, name, organisation, figures, points, lacking) values"
            f" ('{selection}', 1, '{uuid4()}', '{uuid4()}', '晨光', '晨光', '{figures}', '{{}}',"
            " array['elders', 'ratings'])",
        )
        tpool.execute(migrate, "rating", url, None)
        engine = create_engine(url)
        with engine.connect() as connection:
            row = connection.execute(
                text("select figures, lacking from selection_shortlists")
            ).one()
            assert Figures(**row.figures) == Figures(60, 3, 2, 1, 2, raters=2, voices=900)
            assert row.lacking == ["elders", "raters"]
        engine.dispose()
    finally:
        execute(templates.admin_url, f'drop database "{name}" with (force)')

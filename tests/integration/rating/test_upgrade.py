"""A city that runs already: what was served before is certified by its kind too."""

from uuid import uuid4

from alembic import command
from eventlet import tpool
from sqlalchemy import create_engine, text

from services.kernel.migrate import alembic_config, migrate
from tests.integration.conftest import Templates, at_database, execute


BEFORE = "0005"


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

"""Alembic's entry point; the work is the kernel's."""

from services.kernel.migrate import run_migrations


run_migrations()

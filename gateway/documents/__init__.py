"""Answers as documents that a person keeps: a statement, a card of codes, a certificate."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.documents.certificate_pdf import certificate_pdf
from gateway.documents.code_card_pdf import code_card_pdf
from gateway.documents.export_json import export_json
from gateway.documents.paper import FontMissing
from gateway.documents.statement_csv import statement_csv
from gateway.documents.statement_pdf import statement_pdf


@dataclass(frozen=True)
class Document:
    """How an answer is written as a file, of what kind, under which name."""

    write: Callable[[dict[str, Any]], bytes]
    content_type: str
    ending: str
    name: str

    def file_name(self, answer: dict[str, Any]) -> str:
        """
        >>> STATEMENT_CSV.file_name({"from_date": "2026-06-01", "until_date": "2026-06-30"})
        'statement-2026-06-01-2026-06-30.csv'
        """
        return f"{self.name.format(**answer)}.{self.ending}"


STATEMENT = "statement-{from_date}-{until_date}"
STATEMENT_CSV = Document(statement_csv, "text/csv; charset=utf-8", "csv", STATEMENT)
EXPORT_JSON = Document(export_json, "application/json", "json", "personal-data-{person_id}")
STATEMENT_PDF = Document(statement_pdf, "application/pdf", "pdf", STATEMENT)
CODE_CARD_PDF = Document(code_card_pdf, "application/pdf", "pdf", "code-card-{card_id}")
CERTIFICATE_PDF = Document(certificate_pdf, "application/pdf", "pdf", "certificate-{number}")

__all__ = [
    "CERTIFICATE_PDF",
    "CODE_CARD_PDF",
    "EXPORT_JSON",
    "STATEMENT_CSV",
    "STATEMENT_PDF",
    "Document",
    "FontMissing",
    "certificate_pdf",
    "code_card_pdf",
    "statement_csv",
    "statement_pdf",
]

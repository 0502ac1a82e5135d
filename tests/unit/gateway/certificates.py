"""A certificate as rating answers it, for the paper and the page."""

from typing import Any


NUMBER = "7K3M-9QXA-2TBV-C8HR"
URL = "https://timebank.example.cn/certificates/7K3M9QXA2TBVC8HR"
NAME, PERSON = "欧阳志远", "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10"


def certificate(**others: Any) -> dict[str, Any]:
    return {
        "certificate_id": "0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01",
        "number": NUMBER,
        "person_id": PERSON,
        "name": NAME,
        "from_date": "2026-01-01",
        "until_date": "2026-06-30",
        "minutes": 1895,
        "visits": 24,
        "parts": [
            {"category": "legal_aid", "minutes": 1800, "visits": 23},
            {"category": "", "minutes": 95, "visits": 1},
        ],
        "issuer_zh": "北京市养老服务时间银行",
        "issuer_en": "Beijing Time Bank for Elderly Care",
        "issued_at": "2026-06-30T16:00:00+00:00",
        "issued_by": PERSON,
        "policy_version": 3,
        "proven_minutes": 1895,
        "state": "issued",
        "verification_url": URL,
    } | others

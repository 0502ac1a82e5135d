"""A paper that leads nowhere is not printed."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from services.kernel.caller import Caller
from services.rating.contract import CertificatesUnavailable
from tests.integration.conftest import Running


def test_without_a_public_address_none_is_issued_in_production(
    running: Callable[..., Running],
) -> None:
    rating, volunteer = running("rating", TIMEBANK_MODE="production"), Caller(uuid4())
    with pytest.raises(CertificatesUnavailable):
        rating.call("issue_certificate", {"person_id": str(volunteer.person_id)}, volunteer)

"""How a request comes into being, alone, instead of another, or as one of a series."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.contract import InvalidRequest, NotFound
from services.kernel.vault import Vault
from services.matching import domain, doors, storage
from services.matching.catalogue import LANGUAGE_CODES
from services.matching.contract import Category, RequestState, RequestSubmitted
from services.matching.domain import Item, Person, Window
from services.matching.storage import RequestRow


Record = Callable[..., None]

POSITION = ("latitude", "longitude")


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``place`` is the contract's: position, address and perhaps a phone."""

    item: Item
    window: Window
    place: Mapping[str, Any]
    submitted_by: UUID
    note: str = ""
    language: str | None = None
    preferred_volunteer_id: UUID | None = None
    replaces_id: UUID | None = None
    series_id: UUID | None = None
    occurs_on: date | None = None
    request_id: UUID = field(default_factory=uuid4)


def add(session: Session, vault: Vault, elder: Person, wish: Wish, now: datetime) -> RequestRow:
    """The request as submitted; nobody has been told yet."""
    return storage.add_request(
        session,
        request_id=wish.request_id,
        elder_id=elder.person_id,
        submitted_by=wish.submitted_by,
        category=wish.item.category,
        item_code=wish.item.item_code,
        item_version=wish.item.version,
        skill=wish.item.needed_skill,
        certificate_needed=wish.item.certificate_needed,
        language=wish.language,
        preferred_volunteer_id=wish.preferred_volunteer_id,
        starts_at=wish.window.starts_at,
        ends_at=wish.window.ends_at,
        minutes=wish.window.minutes,
        street=elder.street,
        district=elder.district,
        **placed(vault, doors.REQUESTS, wish.request_id, wish.place, wish.note),
        state=RequestState.SUBMITTED,
        replaces_id=wish.replaces_id,
        series_id=wish.series_id,
        occurs_on=wish.occurs_on,
        created_at=now,
    )


def placed(
    vault: Vault, table: str, owner_id: UUID, place: Mapping[str, Any], note: str
) -> dict[str, Any]:
    """The columns of a place and of the note about it; what leads to the door is sealed."""
    texts = {"address": place["address"], "phone": place.get("phone"), "note": note}
    position = {name: place[name] for name in POSITION}
    return position | doors.sealed(vault, table, owner_id, texts)


def tell(
    record: Record, session: Session, row: RequestRow, programme_id: UUID | None = None
) -> None:
    """Ask the ledger to hold the coins, the elder's or those of a public programme."""
    record(
        session,
        RequestSubmitted,
        request_id=row.request_id,
        elder_id=row.elder_id,
        submitted_by=row.submitted_by,
        category=Category(row.category),
        item_code=row.item_code,
        item_version=row.item_version,
        minutes=row.minutes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        street=row.street,
        district=row.district,
        series_id=row.series_id,
        replaces_id=row.replaces_id,
        programme_id=programme_id,
    )


def wish_of(
    session: Session,
    elder: Person,
    submitted_by: UUID,
    request: Mapping[str, Any],
    now: datetime,
    **more: Any,
) -> Wish:
    """What a command of the contract asks for; raises for what cannot be asked for."""
    policy = storage.policy_in_force(session, now)
    window = Window(request["starts_at"], request["ends_at"], request["minutes"])
    domain.check_request(elder, window, now, policy)
    item = item_asked_for(session, elder, request, now)
    domain.check_item(item, request["category"], window.minutes, policy)
    check_language(request["language"])
    return Wish(
        item,
        window,
        request["place"],
        submitted_by,
        request["note"],
        request["language"],
        request["preferred_volunteer_id"],
        **more,
    )


def item_asked_for(
    session: Session, elder: Person, request: Mapping[str, Any], now: datetime
) -> Item:
    """The item named, or the category's general one, as in force in the elder's district."""
    category, item_code = request["category"], request["item_code"]
    if category is None and item_code is None:
        raise InvalidRequest(fields={"item_code": ["Either this or category."]})
    versions = storage.item_versions(session, item_code or domain.general_item(category))
    if not versions:
        raise NotFound("No such item.")
    return domain.offered(versions, elder.district, now)


def check_language(language: str | None) -> None:
    if language is not None and language not in LANGUAGE_CODES:
        raise InvalidRequest(fields={"language": ["No language of the catalogue."]})

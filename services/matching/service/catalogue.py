"""The catalogue on the wire: what is offered, and how officers change it (S6)."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.paging import decode_cursor, encode_cursor
from services.kernel.service import command, query
from services.matching import domain, rights, storage
from services.matching.catalogue import CATEGORIES, LANGUAGES, SKILL_CODES, SKILLS
from services.matching.contract import (
    AddItem,
    Category,
    ItemChanged,
    ItemExists,
    ListCategories,
    ListItems,
    ListLanguages,
    ListSkills,
    RetireItem,
    ReviseItem,
    ShowItem,
    VersionConflict,
    WrongState,
)
from services.matching.domain import Item
from services.matching.service.base import Facts, MatchingPart, found


class Catalogue(MatchingPart):
    @query(ListCategories)
    def list_categories(self, session: Session, request: Facts, call: Call) -> Facts:
        return {"items": CATEGORIES}

    @query(ListSkills)
    def list_skills(self, session: Session, request: Facts, call: Call) -> Facts:
        return {"items": SKILLS}

    @query(ListLanguages)
    def list_languages(self, session: Session, request: Facts, call: Call) -> Facts:
        return {"items": LANGUAGES}

    @query(ListItems)
    def list_items(self, session: Session, request: Facts, call: Call) -> Facts:
        limit, after = request["limit"], place_in_list(request["cursor"])
        asked = (request["district"], request["category"], call.now)
        items = storage.offered_items(session, *asked, limit + 1, after)
        page = items[:limit]
        more = len(items) > limit
        cursor = encode_cursor(page[-1].category, page[-1].item_code) if more else None
        return {"items": [vars(item) for item in page], "next_cursor": cursor}

    @query(ShowItem)
    def show_item(self, session: Session, request: Facts, call: Call) -> Facts:
        versions = storage.item_versions(session, request["item_code"])
        found(versions or None, "No such item.")
        now = domain.in_force(versions, call.now)
        return {
            "item_code": request["item_code"],
            "in_force": now and now.version,
            "versions": [vars(version) for version in versions],
        }

    @command(AddItem)
    def add_item(self, session: Session, request: Facts, call: Call) -> Facts:
        decided_by = rights.may_change_items(call.caller, request["district"])
        begins = request["in_force_from"] or call.now
        given = request | {"in_force_from": begins, "decided_by": decided_by}
        item = Item(**given, version=1, retired=False)
        domain.check_rules(item, SKILL_CODES, call.now, storage.policy_in_force(session, call.now))
        if not storage.add_version(session, item):
            raise ItemExists
        return self._tell(session, item)

    @command(ReviseItem)
    def revise_item(self, session: Session, request: Facts, call: Call) -> Facts:
        newest = self._newest(session, request["item_code"], call)
        rules = {name: value for name, value in request.items() if name != "version"}
        rules["in_force_from"] = rules["in_force_from"] or call.now
        item = replace(newest, **rules)
        domain.check_rules(item, SKILL_CODES, call.now, storage.policy_in_force(session, call.now))
        return self._follow(session, newest, item, request["version"], call)

    @command(RetireItem)
    def retire_item(self, session: Session, request: Facts, call: Call) -> Facts:
        newest = self._newest(session, request["item_code"], call)
        item = replace(newest, retired=True, in_force_from=call.now, reason=request["reason"])
        return self._follow(session, newest, item, request["version"], call)

    def _newest(self, session: Session, item_code: str, call: Call) -> Item:
        rights.signed_in(call.caller)
        versions = found(storage.item_versions(session, item_code) or None, "No such item.")
        newest: Item = versions[0]
        rights.may_change_items(call.caller, newest.district)
        if newest.retired:
            raise WrongState(fields={"state": "retired"})
        return newest

    def _follow(
        self, session: Session, newest: Item, item: Item, seen_version: int, call: Call
    ) -> Facts:
        """Add the item as the version after the newest, if that is the one the officer saw."""
        if newest.version != seen_version:
            raise VersionConflict(fields={"version": newest.version})
        decided_by = rights.signed_in(call.caller)
        item = replace(item, version=newest.version + 1, decided_by=decided_by)
        if not storage.add_version(session, item):
            raise VersionConflict(fields={"version": item.version})
        return self._tell(session, item)

    def _tell(self, session: Session, item: Item) -> Facts:
        facts: dict[str, Any] = {**vars(item), "category": Category(item.category)}
        del facts["decided_by"], facts["reason"]
        self.record(session, ItemChanged, **facts)
        return vars(item)


def place_in_list(cursor: str | None) -> tuple[str, str] | None:
    """Where a page begins: category and code. Raises InvalidRequest for another list's cursor."""
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    if len(position) != 2 or not all(isinstance(part, str) for part in position):
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
    return position[0], position[1]

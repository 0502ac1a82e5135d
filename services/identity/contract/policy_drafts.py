"""How the policy changes: drafts with a reason per value, approved by a second officer."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Event, Request


REASON = [validate.Length(1, 500), TEXT]


class PolicySource(StrEnum):
    """Where a value comes from: the published plan, this city's own choice, another city."""

    PLAN = "plan"
    OUR_CHOICE = "our choice"
    OTHER_CITY = "other city"


class DraftState(StrEnum):
    """Where a draft stands; approved and withdrawn are final."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class VersionStanding(StrEnum):
    """Where an adopted version stands now; overtaken before its date, it never was in force."""

    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    FORMER = "former"
    OVERTAKEN = "overtaken"


class DraftPolicy(Request):
    """A city officer drafts the next version: the whole document, and from when it is to hold.

    ``document[section][rule]`` has value, source (plan, our choice, other city) and reason.
    """

    document = fields.Dict(keys=fields.String(), required=True)
    effective_from = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, validate=REASON)


class ReviseDraft(DraftPolicy):
    """The author changes a draft, or one that came back; it follows the newest version then."""

    draft_id = fields.UUID(required=True)


class SubmitDraft(Request):
    """The author lays the draft before the other city officers."""

    draft_id = fields.UUID(required=True)


class ApproveDraft(Request):
    """A second city officer approves: the draft is the next version, in force from its date."""

    draft_id = fields.UUID(required=True)


class ReturnDraft(Request):
    """A second city officer gives the draft back, with the reason."""

    draft_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class WithdrawDraft(Request):
    """The author gives the change up."""

    draft_id = fields.UUID(required=True)


class ShowDraft(Request):
    """A draft with what it changes, and what became of it."""

    draft_id = fields.UUID(required=True)


class ListDrafts(Request):
    """The newest drafts, whatever their state."""


class ShowPolicyVersion(Request):
    """One version as a document: each value with its source and reason."""

    version = fields.Integer(required=True, validate=validate.Range(1, 1_000_000))


class ListPolicyVersions(Request):
    """The newest versions: since when, where each stands, who adopted it."""


class ListPolicyRules(Request):
    """Every rule that a policy has: what its value may be, in which unit, in words."""


class DifferenceAnswer(Answer):
    """One rule that changes; nothing when it had no value."""

    rule = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class DraftStep(Answer):
    """One step of a draft: what it became, when, by whom, and why it was returned."""

    state = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.UUID(required=True)
    reason = fields.String(allow_none=True)


class DraftAnswer(Answer):
    draft_id = fields.UUID(required=True)
    state = fields.String(required=True)
    author_id = fields.UUID(required=True)
    base_version = fields.Integer(required=True)
    effective_from = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    version = fields.Integer(allow_none=True)
    document = fields.Dict(keys=fields.String())
    differences = fields.List(fields.Nested(DifferenceAnswer))
    history = fields.List(fields.Nested(DraftStep))


class DraftsAnswer(Answer):
    items = fields.List(fields.Nested(DraftAnswer), required=True)


class PolicyVersionAnswer(Answer):
    """A version; without its document when it was adopted as values alone."""

    version = fields.Integer(required=True)
    standing = fields.String(required=True)
    effective_from = fields.AwareDateTime(required=True)
    adopted_at = fields.AwareDateTime(allow_none=True)
    adopted_by = fields.UUID(allow_none=True)
    draft_id = fields.UUID(allow_none=True)
    document = fields.Dict(keys=fields.String(), allow_none=True)


class PolicyVersionsAnswer(Answer):
    items = fields.List(fields.Nested(PolicyVersionAnswer), required=True)


class PolicyRuleAnswer(Answer):
    """What a rule may be. ``least`` of choices is how many; ``most_rule`` is the rule above."""

    section = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    unit = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    least = fields.Float(allow_none=True)
    most = fields.Float(allow_none=True)
    choices = fields.List(fields.Raw(), required=True)
    most_rule = fields.String(allow_none=True)
    optional = fields.Boolean(required=True)


class PolicyRulesAnswer(Answer):
    items = fields.List(fields.Nested(PolicyRuleAnswer), required=True)


class PolicyProposed(Event):
    """A draft of the next version lies before a second officer: nothing is decided by it yet."""

    source, type, subject = "identity", "policy.proposed.v1", "draft_id"

    draft_id = fields.UUID(required=True)
    base_version = fields.Integer(required=True, strict=True)
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)
    proposed_by = fields.UUID(required=True)


class SecondOfficerNeeded(Error):
    """A change of the policy needs a second city officer: draft it, and let another approve it."""

    code, status = "second_officer_needed", 403


class WrongDraftState(Error):
    """In the state in which this draft is, that cannot be done."""

    code, status = "wrong_draft_state", 409


class DraftOutdated(Error):
    """Another version was adopted since this draft was written; revise it first."""

    code, status = "draft_outdated", 409


class EffectiveTooEarly(Error):
    """A version takes effect in the future: what was decided by the old rules stands."""

    code, status = "effective_too_early", 409

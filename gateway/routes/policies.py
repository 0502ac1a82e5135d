"""The routes to the policy: its rules, its versions, and drafts of the next."""

from gateway.routes.route import POLICY, create, show
from services.identity import contract as identity


DRAFT = "/v1/policy-drafts/{draft_id}"

POLICY_ROUTES = [
    create(
        "/v1/policies",
        identity.AdoptPolicy,
        "identity",
        identity.PolicyAnswer,
        location=POLICY,
    ),
    show("/v1/policies", identity.ListPolicyVersions, "identity", identity.PolicyVersionsAnswer),
    show(POLICY, identity.ShowPolicy, "identity", identity.PolicyAnswer),
    show(
        "/v1/policies/{version}",
        identity.ShowPolicyVersion,
        "identity",
        identity.PolicyVersionAnswer,
    ),
    show("/v1/policy-rules", identity.ListPolicyRules, "identity", identity.PolicyRulesAnswer),
    create(
        "/v1/policy-drafts",
        identity.DraftPolicy,
        "identity",
        identity.DraftAnswer,
        location=DRAFT,
    ),
    show("/v1/policy-drafts", identity.ListDrafts, "identity", identity.DraftsAnswer),
    show(DRAFT, identity.ShowDraft, "identity", identity.DraftAnswer),
    create(f"{DRAFT}/revise", identity.ReviseDraft, "identity", identity.DraftAnswer),
    create(f"{DRAFT}/submit", identity.SubmitDraft, "identity", identity.DraftAnswer),
    create(f"{DRAFT}/approve", identity.ApproveDraft, "identity", identity.DraftAnswer),
    create(f"{DRAFT}/return", identity.ReturnDraft, "identity", identity.DraftAnswer),
    create(f"{DRAFT}/withdraw", identity.WithdrawDraft, "identity", identity.DraftAnswer),
]

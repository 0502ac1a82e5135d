"""The routes to the policy: rules, versions, drafts of the next, what it makes of visits."""

from gateway.routes.route import POLICY, REQUEST, VISIT, create, show
from services.identity import contract as identity
from services.matching import contract as matching


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
    show(f"{DRAFT}/dry-run", matching.DryRunDraft, "matching", matching.DryRunAnswer),
    show(f"{VISIT}/explanation", matching.ExplainVisit, "matching", matching.VisitExplanation),
    show(
        f"{REQUEST}/explanation",
        matching.ExplainRequest,
        "matching",
        matching.RequestExplanation,
    ),
]

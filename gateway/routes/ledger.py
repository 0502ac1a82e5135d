"""The routes to ledger."""

from gateway.documents import STATEMENT_CSV, STATEMENT_PDF
from gateway.routes.route import (
    APPLICATION,
    BUDGET,
    GRANT_RUN,
    PERSON,
    POOL,
    REQUEST,
    TRANSFER,
    WALLET,
    create,
    keep,
    show,
)
from services.ledger import contract as ledger


PRINTED = show(
    PERSON + "/statement/period", ledger.PrintStatement, "ledger", ledger.PrintedStatement
)
LEDGER_ROUTES = [
    show(REQUEST + "/hold", ledger.ShowHold, "ledger", ledger.HoldAnswer),
    create(BUDGET + "/top-ups", ledger.TopUpBudget, "ledger", ledger.BudgetAnswer, location=BUDGET),
    show(BUDGET, ledger.ShowBudget, "ledger", ledger.BudgetAnswer),
    create(
        "/v1/budget-transfers",
        ledger.TransferBudgets,
        "ledger",
        ledger.BudgetTransfersAnswer,
    ),
    create("/v1/grants", ledger.GrantCoins, "ledger", ledger.GrantAnswer),
    create(
        "/v1/grant-runs",
        ledger.PrepareGrantRun,
        "ledger",
        ledger.DryRunAnswer,
        location=GRANT_RUN,
    ),
    show("/v1/grant-runs", ledger.ListGrantRuns, "ledger", ledger.GrantRunsAnswer),
    show(GRANT_RUN, ledger.ShowGrantRun, "ledger", ledger.GrantRunFile),
    create(
        GRANT_RUN + "/start",
        ledger.StartGrantRun,
        "ledger",
        ledger.GrantRunAnswer,
        location=GRANT_RUN,
    ),
    create(
        GRANT_RUN + "/cancellation",
        ledger.CancelGrantRun,
        "ledger",
        ledger.GrantRunAnswer,
        location=GRANT_RUN,
    ),
    create("/v1/gifts", ledger.GiftCoins, "ledger", ledger.GiftAnswer),
    create("/v1/donations", ledger.DonateCoins, "ledger", ledger.DonationAnswer),
    create(PERSON + "/need", ledger.PublishNeed, "ledger", ledger.NeedAnswer),
    show(POOL, ledger.ShowPool, "ledger", ledger.PoolAnswer),
    create(
        POOL + "/allocations",
        ledger.AllocateFromPool,
        "ledger",
        ledger.AllocationAnswer,
        location=POOL,
    ),
    show(WALLET, ledger.ShowWallet, "ledger", ledger.WalletAnswer),
    *(
        create(WALLET + path, request_class, "ledger", ledger.WalletStateAnswer, location=WALLET)
        for path, request_class in (
            ("/freezing", ledger.FreezeWallet),
            ("/unfreezing", ledger.UnfreezeWallet),
        )
    ),
    create(
        WALLET + "/closing",
        ledger.CloseWallet,
        "ledger",
        ledger.ClosingAnswer,
        location=WALLET,
    ),
    create(
        "/v1/transfers/{transfer_id}/reversal",
        ledger.ReverseTransfer,
        "ledger",
        ledger.ReversalAnswer,
    ),
    create(WALLET + "/corrections", ledger.CorrectWallet, "ledger", ledger.CorrectionAnswer),
    show(PERSON + "/admission", ledger.ShowAdmission, "ledger", ledger.AdmissionAnswer),
    create(
        "/v1/applications",
        ledger.ApplyForCareHome,
        "ledger",
        ledger.ApplicationAnswer,
        location=APPLICATION,
    ),
    show("/v1/care-homes", ledger.ListCareHomes, "ledger", ledger.CareHomesAnswer),
    show("/v1/applications", ledger.ListApplications, "ledger", ledger.ApplicationsAnswer),
    show(APPLICATION, ledger.ShowApplication, "ledger", ledger.ApplicationFile),
    *(
        create(
            APPLICATION + path,
            request_class,
            "ledger",
            ledger.ApplicationAnswer,
            location=APPLICATION,
        )
        for path, request_class in (
            ("/review", ledger.ReviewApplication),
            ("/offer", ledger.OfferPlace),
            ("/answer", ledger.AnswerOffer),
            ("/withdrawal", ledger.WithdrawApplication),
            ("/lapse", ledger.LapseOffer),
        )
    ),
    show(PERSON + "/statement", ledger.ShowStatement, "ledger", ledger.StatementAnswer),
    PRINTED,
    keep(PRINTED, STATEMENT_CSV),
    keep(PRINTED, STATEMENT_PDF),
    show(
        PERSON + "/statement/proofs", ledger.ShowProvenStatement, "ledger", ledger.ProvenStatement
    ),
    show(PERSON + "/earnings", ledger.ListEarnings, "ledger", ledger.EarningsAnswer),
    show(TRANSFER, ledger.ExplainTransfer, "ledger", ledger.Explanation),
    show(TRANSFER + "/proof", ledger.ShowTransferProof, "ledger", ledger.TransferProof),
    show("/v1/blocks", ledger.ListBlocks, "ledger", ledger.BlocksAnswer),
    show("/v1/ledger/audits", ledger.ListAudits, "ledger", ledger.AuditsAnswer),
    show("/v1/ledger/supply", ledger.ShowSupply, "ledger", ledger.SupplyAnswer),
    show("/v1/ledger/solvency", ledger.ShowSolvency, "ledger", ledger.SolvencyAnswer),
    show("/v1/ledger/trial-balance", ledger.ShowTrialBalance, "ledger", ledger.TrialBalanceAnswer),
]

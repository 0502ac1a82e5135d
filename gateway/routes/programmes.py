"""The routes to public programmes."""

from gateway.routes.route import create, show
from services.ledger import contract as ledger


PROGRAMME = "/v1/programmes/{programme_id}"

PROGRAMME_ROUTES = [
    create(
        "/v1/programmes",
        ledger.OpenProgramme,
        "ledger",
        ledger.ProgrammeAnswer,
        location=PROGRAMME,
    ),
    show("/v1/programmes", ledger.ListProgrammes, "ledger", ledger.ProgrammesAnswer),
    show(PROGRAMME, ledger.ShowProgramme, "ledger", ledger.ProgrammeAnswer),
    *(
        create(
            PROGRAMME + path,
            request_class,
            "ledger",
            ledger.ProgrammeMoveAnswer,
            location=PROGRAMME,
        )
        for path, request_class in (
            ("/fundings", ledger.FundProgramme),
            ("/returns", ledger.ReturnProgramme),
            ("/closing", ledger.CloseProgramme),
        )
    ),
]

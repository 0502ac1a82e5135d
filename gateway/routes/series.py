"""The routes to matching's weekly series."""

from gateway.routes.route import create, show
from services.matching import contract as matching


SERIES = "/v1/series/{series_id}"

SERIES_ROUTES = [
    create(
        "/v1/series",
        matching.SubmitSeries,
        "matching",
        matching.SeriesAnswer,
        location=SERIES,
    ),
    show("/v1/series", matching.ListSeries, "matching", matching.SeriesListAnswer),
    show(SERIES, matching.ShowSeries, "matching", matching.SeriesAnswer),
    *(
        create(SERIES + path, request_class, "matching", matching.SeriesAnswer, location=SERIES)
        for path, request_class in (
            ("/revision", matching.ReviseSeries),
            ("/end", matching.EndSeries),
            ("/skips", matching.SkipOccurrence),
            ("/resumption", matching.ResumeSeries),
        )
    ),
    create(
        "/v1/operations/occurrences",
        matching.MakeOccurrences,
        "matching",
        matching.MadeAnswer,
    ),
]

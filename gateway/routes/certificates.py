"""The routes to certificates of service; two of them are open to everybody who has a number."""

from dataclasses import replace

from gateway.documents import CERTIFICATE_PDF
from gateway.public import CERTIFICATE_PAGE
from gateway.routes.route import PERSON, create, keep, show
from services.rating import contract as rating


CERTIFICATE = "/v1/service-certificates/{certificate_id}"
SHOWN = show(CERTIFICATE, rating.ShowCertificate, "rating", rating.CertificateAnswer)
CHECKED = replace(
    show(
        "/v1/certificate-checks/{number}",
        rating.CheckCertificate,
        "rating",
        rating.CertificateCheck,
        open=True,
    ),
    limited=True,
)

CERTIFICATE_ROUTES = [
    create(
        PERSON + "/service-certificates",
        rating.IssueCertificate,
        "rating",
        rating.CertificateAnswer,
        location=CERTIFICATE,
    ),
    show(
        PERSON + "/service-certificates",
        rating.ListCertificates,
        "rating",
        rating.CertificatesAnswer,
    ),
    show(
        "/v1/service-certificates",
        rating.ListIssuedCertificates,
        "rating",
        rating.CertificatesAnswer,
    ),
    # Before the certificate itself, whose id would otherwise seem to end in .pdf.
    keep(SHOWN, CERTIFICATE_PDF),
    SHOWN,
    create(
        CERTIFICATE + "/revocation",
        rating.RevokeCertificate,
        "rating",
        rating.CertificateAnswer,
        location=CERTIFICATE,
    ),
    CHECKED,
    replace(CHECKED, path=rating.VERIFICATION_PATH, page=CERTIFICATE_PAGE),
]

"""Where the world reaches the platform: what stands in the QR codes of certificates."""

import re

from services.kernel.settings import BadSettings, Settings


NAME = "TIMEBANK_PUBLIC_URL"
OF_A_DEMONSTRATION = "http://127.0.0.1:8080"
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")


def public_url(settings: Settings) -> str:
    """Without a slash at its end; nothing when it is not set. Raises BadSettings for a bad one."""
    url = settings.environment.get(NAME, "").rstrip("/")
    if not url:
        return OF_A_DEMONSTRATION if settings.is_demonstration else ""
    is_safe = url.startswith("https://") or settings.is_demonstration
    if not is_safe or not ADDRESS.fullmatch(url):
        raise BadSettings(f"timebank: {NAME} must be an https:// address without a query.")
    return url

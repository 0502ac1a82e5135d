"""What can be wrong with an HTTP request before any service is asked."""

from services.kernel.contract import Error


class MalformedRequest(Error):
    """This is not a request that can be read."""

    code, status = "malformed_request", 400


class MalformedJson(Error):
    """The body must be one JSON object in UTF-8, each name once, every number finite."""

    code, status = "malformed_json", 400


class IdempotencyKeyRequired(Error):
    """Send an Idempotency-Key header: 8 to 200 printable characters, new for each new wish."""

    code, status = "idempotency_key_required", 400


class InvalidClock(Error):
    """The Timebank-Clock header is for demonstrations: a time with its offset from UTC."""

    code, status = "invalid_clock", 400


class SessionRevoked(Error):
    """This sign-in has ended, for the account or its roles have changed. Sign in again."""

    code, status = "session_revoked", 401


class NoSuchPath(Error):
    """Nothing is served at this path."""

    code, status = "no_such_path", 404


class MethodNotAllowed(Error):
    """This path does not serve this method; the Allow header names those that it does."""

    code, status = "method_not_allowed", 405


class BodyTimeout(Error):
    """The body did not arrive in time."""

    code, status = "body_timeout", 408


class BodyTooLarge(Error):
    """The body is larger than one megabyte."""

    code, status = "body_too_large", 413


class UnsupportedMediaType(Error):
    """The body must be sent as application/json, in UTF-8 and not compressed."""

    code, status = "unsupported_media_type", 415


class Overloaded(Error):
    """Too many requests are being served at this moment. Try again shortly."""

    code, status = "overloaded", 503

"""Proofs that a holder keeps, and the chain of blocks that they lead to."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


class ShowTransferProof(Request):
    """One transfer as it was hashed, and the path from it to its block."""

    transfer_id = fields.UUID(required=True)


class ShowProvenStatement(Request):
    """A person's newest transfers, each with its proof, as the verifier reads them."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 50))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ListBlocks(Request):
    """The headers of the chain, in order. Hashes tell nothing of anybody."""

    from_height = fields.Integer(load_default=1, validate=validate.Range(min=1))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))


class ProvenEntry(Answer):
    account_id = fields.UUID(required=True)
    amount = fields.Integer(required=True)
    balance_after = fields.Integer(required=True)


class ProvenTransfer(Answer):
    number = fields.Integer(required=True)
    transfer_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    reference = fields.UUID(required=True)
    at = fields.String(required=True)
    reason = fields.String(allow_none=True)
    acted_by = fields.UUID(allow_none=True)
    policy_version = fields.Integer(allow_none=True)
    hold_id = fields.UUID(allow_none=True)
    reverses = fields.UUID(allow_none=True)
    entries = fields.List(fields.Nested(ProvenEntry), required=True)


class BlockHeader(Answer):
    height = fields.Integer(required=True)
    previous_hash = fields.String(required=True)
    merkle_root = fields.String(required=True)
    first_number = fields.Integer(required=True)
    transfers = fields.Integer(required=True)
    at = fields.String(required=True)
    hash = fields.String(required=True)


class TransferProof(Answer):
    transfer = fields.Nested(ProvenTransfer, required=True)
    index = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True)
    block = fields.Nested(BlockHeader, required=True)


class ProvenStatement(Answer):
    person_id = fields.UUID(required=True)
    accounts = fields.Dict(keys=fields.String(), values=fields.UUID(), required=True)
    proofs = fields.List(fields.Nested(TransferProof), required=True)
    head = fields.Nested(BlockHeader, required=True, allow_none=True)
    next_cursor = fields.String(allow_none=True)


class BlocksAnswer(Answer):
    items = fields.List(fields.Nested(BlockHeader), required=True)

"""What identity promises to the other services and to the gateway."""

from services.identity.contract.basics import (
    AREA,
    STREET,
    TEXT,
    Position,
)
from services.identity.contract.groups import (
    ApproveSpecialGroup,
    SpecialGroup,
    SpecialGroupAnswer,
    SpecialGroupApproved,
)
from services.identity.contract.kinships import (
    ClaimKinship,
    ConfirmKinship,
    ImpossibleKinship,
    KinshipAnswer,
    KinshipConfirmed,
    KinshipDecided,
    KinshipsAnswer,
    ListKinships,
    Relation,
)
from services.identity.contract.people import (
    AlreadyRegistered,
    GuardianRequired,
    InvalidIdNumber,
    PersonAnswer,
    PersonRegistered,
    RegisterPerson,
    ShowPerson,
)
from services.identity.contract.policies import (
    AdoptPolicy,
    PolicyAdopted,
    PolicyAnswer,
    PolicyConflict,
    ShowPolicy,
)
from services.identity.contract.roles import (
    AssignRole,
    Role,
    RoleAnswer,
)
from services.identity.contract.sessions import (
    BadCredentials,
    LogIn,
    PublicKeysAnswer,
    SessionAnswer,
    ShowPublicKeys,
)
from services.identity.contract.verification import (
    AlreadyVerified,
    NotVerified,
    PersonVerified,
    VerifyPerson,
)


__all__ = [
    "AREA",
    "AdoptPolicy",
    "AlreadyRegistered",
    "AlreadyVerified",
    "ApproveSpecialGroup",
    "AssignRole",
    "BadCredentials",
    "ClaimKinship",
    "ConfirmKinship",
    "GuardianRequired",
    "ImpossibleKinship",
    "InvalidIdNumber",
    "KinshipAnswer",
    "KinshipConfirmed",
    "KinshipDecided",
    "KinshipsAnswer",
    "ListKinships",
    "LogIn",
    "NotVerified",
    "PersonAnswer",
    "PersonRegistered",
    "PersonVerified",
    "PolicyAdopted",
    "PolicyAnswer",
    "PolicyConflict",
    "Position",
    "PublicKeysAnswer",
    "RegisterPerson",
    "Relation",
    "Role",
    "RoleAnswer",
    "STREET",
    "SessionAnswer",
    "ShowPerson",
    "ShowPolicy",
    "ShowPublicKeys",
    "SpecialGroup",
    "SpecialGroupAnswer",
    "SpecialGroupApproved",
    "TEXT",
    "VerifyPerson",
]

"""WeChat accounts that log their owners in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.storage.tables import Base


class WeChatRow(Base):
    """The openid of a person's WeChat account, sealed; it is found again by its blind index."""

    __tablename__ = "wechat_accounts"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.person_id"), primary_key=True)
    sealed_openid: Mapped[str] = mapped_column(Text)
    bound_at: Mapped[datetime]

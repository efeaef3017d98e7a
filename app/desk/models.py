"""What the front desk keeps for itself."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base
from app.staff.models import Staff


class SavedFilter(Base):
    """A view of the register under a name: its owner's alone, or `shared` with everybody.

    `chosen` is what the address of the view says, by name; “me” in it is whoever looks.
    """

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("staff_id", "name", name="uq_saved_filters_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    chosen: Mapped[dict[str, str]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(default=False)

    staff: Mapped[Staff] = relationship()

"""Figures that do not come from reports."""

from __future__ import annotations

from sqlalchemy import Boolean, Float, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base

MAX_SOURCE = 200


class ServiceFigure(Base):
    """What a source says of a measure (`app.statistics.measures`) for a month or a whole year.

    Without `month` it is the year's own figure, which need not be the sum of its months. `upper`
    ends a range such as 88–89; `about` says that the source itself rounds. Two sources may differ
    on the same measure, so both are kept. `version` grows with each change, so that of two people
    editing the second is told.
    """

    __tablename__ = "service_figures"
    __table_args__ = (
        # Two indexes, since no two empty months are the same to a database.
        Index(
            "uq_service_figures_year",
            "year",
            "measure",
            "source",
            unique=True,
            sqlite_where=text("month IS NULL"),
            postgresql_where=text("month IS NULL"),
        ),
        Index(
            "uq_service_figures_month",
            "year",
            "month",
            "measure",
            "source",
            unique=True,
            sqlite_where=text("month IS NOT NULL"),
            postgresql_where=text("month IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    month: Mapped[int | None] = mapped_column(Integer)
    measure: Mapped[str] = mapped_column(String(40))
    value: Mapped[float] = mapped_column(Float)
    upper: Mapped[float | None] = mapped_column(Float)
    about: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(String(MAX_SOURCE))
    version: Mapped[int] = mapped_column(Integer, default=1)

"""A mailbox and a worker, for what comes in by e-mail."""

from tests.app.mailbox.conftest import (  # noqa: F401 - fixtures
    desk_person,
    happens,
    mails,
    reported,
    take,
    work,
)

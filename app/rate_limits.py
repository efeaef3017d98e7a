"""How much one sender may send: enough for a school class behind one address, too little for abuse.

Counted in the memory of each server process, so the true limit is a little above the stated one
when several run; no shared store is worth that difference.
"""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from app.config import Settings

REPORTS = "120 per minute; 1500 per hour"
FOLLOWS = "120 per minute; 1500 per hour"
# What a reporter adds to a report afterwards, photos included.
MESSAGES = "60 per minute; 600 per hour"
# Per sender, and per address that would get the question to confirm.
SUBSCRIPTIONS = "30 per minute; 300 per hour"
QUESTIONS_PER_ADDRESS = "5 per hour; 10 per day"
# Each SMS costs us.
SMS_QUESTIONS = "5 per hour; 20 per day"
# A map shows some twenty squares, and a hundred more as it is moved about.
TILES = "3000 per minute; 40000 per hour"
# One search asks at every pause in typing.
SPOTS = "300 per minute; 4500 per hour"
# A page of figures asks for up to four charts, each file is one more.
FIGURES = "240 per minute; 3000 per hour"
SCANS = "120 per minute; 1500 per hour"
SIGN_FAULTS = "20 per minute; 100 per hour"
PHOTOS = "360 per minute; 4500 per hour"
# Only failed attempts count. Per account first: an office of a hundred shares one address.
SIGN_INS_PER_ACCOUNT = "5 per minute; 30 per hour"
SIGN_INS_PER_ADDRESS = "60 per minute; 300 per hour"
# Three codes of six digits fit at any moment, so a day of wrong ones finds one with 0.02 %.
CODES_PER_ACCOUNT = "5 per minute; 20 per hour; 60 per day"
# Every question for a link counts, whether the address has an account or not.
LINKS_PER_ACCOUNT = "3 per hour; 6 per day"
LINKS_PER_ADDRESS = "30 per hour"

# Whole files of open data; maps ask the API page by page.
DOWNLOADS = "60 per minute; 600 per hour"
OPEN_FEATURES = "600 per minute; 12000 per hour"

# Other systems without a key, one that looks for a key, and each key unless it says otherwise
# (`ApiKey.per_minute`).
OPEN_CALLS_PER_MINUTE = 600
WRONG_KEYS_PER_MINUTE = 60

limiter = Limiter(get_remote_address, storage_uri="memory://")


def init_app(app: Flask, settings: Settings) -> None:
    """Switch the limits on, unless a test on this machine asked for none."""
    app.config["RATELIMIT_ENABLED"] = settings.rate_limits
    limiter.init_app(app)

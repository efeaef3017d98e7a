"""VOF: residents report faults in parks and halls by scanning a sign.

`create_app` is the table of contents of the house.
"""

from __future__ import annotations

import logging
import os

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    arguments,
    assets,
    bodies,
    commands,
    compression,
    cross_site,
    database,
    headers,
    jobs,
    languages,
    metrics,
    permissions,
    problems,
    rate_limits,
    targets,
    webhooks,
)
from app.about import pages as about
from app.admin import (
    api_keys,
    duty_phones,
    municipality_boundary,
    municipality_look,
    owners,
    units,
)
from app.admin import categories as admin_categories
from app.admin import log as admin_log
from app.admin import municipality as admin_municipality
from app.admin import outbox as admin_outbox
from app.admin import pages as admin
from app.admin import people as admin_people
from app.admin import questions as admin_questions
from app.admin import routing as admin_routing
from app.admin import second_factor as admin_second_factor
from app.admin import targets as admin_targets
from app.admin import templates as admin_templates
from app.admin import webhooks as admin_webhooks
from app.config import ROOT, Settings
from app.crew import api as crew_api
from app.crew import (
    several,  # noqa: F401 - its page hangs on the crew's pages
    tablet,  # noqa: F401 - its routes hang on the crew's API
)
from app.crew import shell as crew_shell
from app.crew.pages import pages as crew_pages
from app.desk import (
    live,  # noqa: F401 - its pages hang on the desk's blueprint
    map,  # noqa: A004, F401 - its page hangs on the desk's blueprint
    photos,  # noqa: F401 - its pages hang on the desk's blueprint
    today,  # noqa: F401 - its page hangs on the desk's blueprint
    where,  # noqa: F401 - its pages hang on the desk's blueprint
)
from app.desk import report as desk_report
from app.desk.bulk_pages import bulk_pages
from app.desk.intake import pages as intake_pages
from app.desk.saved_filters import pages as saved_filter_pages
from app.health import health
from app.keepers import deeds, sign_forms
from app.keepers import health as keepers_health
from app.keepers import orders as keepers_orders
from app.keepers import places as keepers_places
from app.keepers import signs as keepers_signs
from app.kiosk.pages import pages as kiosk_pages
from app.mailbox import pages as mailbox_pages
from app.maps import api as maps
from app.notices import api as notices_api
from app.notices import (
    fixed_pages,  # noqa: F401 - its page hangs on those of the notices
    mail,
    sms,
    sms_pages,  # noqa: F401 - the same
    staff_pages,  # noqa: F401 - the same
)
from app.notices import pages as notices_pages
from app.offline import pages as offline
from app.open311 import api as open311
from app.open_data import catalog as open_catalog
from app.open_data import ogc as open_features
from app.open_data import pages as open_data
from app.personal import pages as personal
from app.personal import report as personal_report
from app.places import municipality
from app.reports import api, photo_store, routing
from app.reports.pages import pages as resident_pages
from app.staff import sign_in
from app.statistics import (
    annual_pages,
    service_import_pages,  # noqa: F401 - its pages hang on those of the figures
    service_pages,
    wall,  # noqa: F401 - the same
)
from app.statistics import pages as statistics_pages
from app.statistics.public_pages import pages as open_pages

# What is edited at /admin, one module a page.
SETTINGS = (
    admin,
    admin_log,
    admin_categories,
    admin_questions,
    admin_templates,
    admin_routing,
    units,
    owners,
    admin_municipality,
    municipality_look,
    municipality_boundary,
    duty_phones,
    admin_outbox,
    admin_webhooks,
    api_keys,
    admin_targets,
    personal,
    personal_report,
    mailbox_pages,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application.

    Args:
        settings: read from the environment where none are given.

    Raises:
        BadSetting: a setting makes no sense.
    """
    settings = settings or Settings.from_environment(os.environ)

    app = database.TransactionalFlask(
        "app",
        root_path=str(ROOT / "app"),
        static_folder=None,
        template_folder=str(ROOT / "pwa" / "templates"),
    )
    _configure(app, settings)

    # The ground: each request passes these in this order.
    database.init_app(app)
    arguments.init_app(app)
    problems.init_app(app)
    languages.init_app(app)
    cross_site.init_app(app)
    bodies.init_app(app)
    rate_limits.init_app(app, settings)
    sign_in.init_app(app, settings)
    permissions.init_app(app)
    headers.init_app(app, settings)
    compression.init_app(app)
    assets.init_app(app, headers.security_headers(settings))

    # The features.
    municipality.init_app(app)
    photo_store.init_app(app, settings)
    routing.init_app(app)
    webhooks.init_app(app)
    targets.init_app(app)
    maps.init_app(app, settings)
    app.register_blueprint(resident_pages)
    api.init_app(app)
    mail.init_app(app, settings)
    sms.init_app(app, settings)
    notices_pages.init_app(app)
    notices_api.init_app(app)
    offline.init_app(app)
    open311.init_app(app)
    open_data.init_app(app, settings)
    open_features.init_app(app)
    app.register_blueprint(open_catalog.pages)
    about.init_app(app)
    app.register_blueprint(kiosk_pages)
    for keepers in (keepers_signs, sign_forms, keepers_places, keepers_orders, keepers_health):
        app.register_blueprint(keepers.pages)
    for people in (admin_people, admin_second_factor):
        app.register_blueprint(people.pages)
    deeds.init_app(app)
    desk_report.init_app(app)
    for desk_pages in (intake_pages, saved_filter_pages, bulk_pages):
        app.register_blueprint(desk_pages)
    crew_shell.init_app(app)
    app.register_blueprint(crew_pages)
    crew_api.init_app(app)
    statistics_pages.init_app(app)
    for figures in (open_pages, annual_pages.pages, service_pages.pages):
        app.register_blueprint(figures)
    for part in SETTINGS:
        app.register_blueprint(part.pages)

    # The engine room.
    jobs.init_app(app, settings)
    for watched in (health, metrics.pages):
        app.register_blueprint(watched)
    commands.init_app(app)

    permissions.demand_declarations(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level="INFO")
    # It tells of every table of every typeface it cuts down.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        PUBLIC_URL=settings.public_url,
        DEMO=settings.demo,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )

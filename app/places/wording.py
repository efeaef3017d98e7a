"""What the fields of a place are called."""

from app.languages import lazy_gettext as _

FIELD_NAMES = {
    "external_id": _("Id in another register"),
    "name": _("Name"),
    "kind": _("Kind of place"),
    "unit": _("Responsible unit"),
    "point": _("Position"),
    "accuracy_m": _("Accuracy in metres"),
    "approximate": _("The position is approximate"),
    "boundary": _("Outline"),
    "district": _("District"),
    "owner": _("Owner"),
    "contact": _("Contact"),
    "source": _("Source"),
    "photo_name": _("Photo"),
}

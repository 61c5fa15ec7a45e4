"""An item of a feed as CloudEvents 1.0, structured JSON, and a page of them. Written as text: `data` is JSON already, everything else is
ids, codes and times of ours, and a feed that is read from its beginning is a million of these."""

from collections.abc import Sequence

from ihala_kit.bus import SCHEMA_BASE

from ihala_notify.subscriptions.reading import Item

MEDIA_TYPE = "application/cloudevents+json"


def dataschema(type_: str, version: int) -> str:
    """Return the name of the schema of an event's data, as the services' own topics have it: `urn:ihala:schema:referral.accepted.v1`."""
    return f"{SCHEMA_BASE}{type_.removeprefix('org.ihala.')}.v{version}"


def as_cloud_event(item: Item, extensions: str = "") -> str:
    """Return one event; `extensions` are more members as JSON text, such as `"ihalareplay":true,`."""
    time = "" if item.time is None else f'"time":"{item.time.isoformat().replace("+00:00", "Z")}",'
    return (
        f'{{"specversion":"1.0","id":"{item.event_id}","source":"/ihala/{item.source}","type":"{item.type}","subject":"{item.subject}",'
        f'{time}"datacontenttype":"application/json","dataschema":"{dataschema(item.type, item.version)}",'
        f'"sequence":{item.position},{extensions}"data":{item.data}}}'
    )


def as_page(items: Sequence[Item], cursor: str) -> str:
    """Return a page of events with the cursor after it."""
    return f'{{"events":[{",".join(map(as_cloud_event, items))}],"cursor":"{cursor}"}}'

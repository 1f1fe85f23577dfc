"""Boundaries of places from GeoJSON: read, checked, matched by KATO or ISO code, made as fine as a screen shows."""

import json
import math
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from projects.models import Place

SIZE_LIMIT = 64 * 1024 * 1024  # bytes of a file
TOLERANCE = 0.003  # degrees (300 m) that a drawn line may lie off the given one
PLACES = 4  # decimals kept of a degree (10 m)
SHAPES = {"Polygon", "MultiPolygon"}


class BadBoundaries(Exception):
    """The file cannot be used; the message says why and what to do."""


@dataclass
class Stored:
    """What was done: places that got a boundary, those that had the same, features that belong to no place."""

    changed: int = 0
    unchanged: int = 0
    unmatched: list = field(default_factory=list)


def parse(data):
    """The features of a GeoJSON FeatureCollection as (properties, geometry), the geometry checked and simplified.

    Args:
        data: bytes of the file.

    Raises:
        BadBoundaries.
    """
    if len(data) > SIZE_LIMIT:
        raise BadBoundaries(_("The file is larger than %(count)d MB.") % {"count": SIZE_LIMIT // 1024 // 1024})
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadBoundaries(_("The file is not JSON: %(error)s.") % {"error": error}) from error
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "Topology":
        raise BadBoundaries(_("This is TopoJSON. Save it as GeoJSON and load that."))
    features = content.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise BadBoundaries(_("The file is no GeoJSON FeatureCollection with features."))
    return [_feature(number, feature) for number, feature in enumerate(features, start=1)]


def _feature(number, feature):
    properties, geometry = (
        (feature.get("properties"), feature.get("geometry")) if isinstance(feature, dict) else (None, None)
    )
    if not isinstance(geometry, dict) or geometry.get("type") not in SHAPES:
        raise BadBoundaries(_("Feature %(number)d is neither a Polygon nor a MultiPolygon.") % {"number": number})
    parts = geometry.get("coordinates")
    try:
        parts = [parts] if geometry["type"] == "Polygon" else parts
        shape = [[_ring(ring) for ring in part] for part in parts]
        if not shape or not all(shape):
            raise ValueError
    except (TypeError, ValueError, KeyError) as error:
        raise BadBoundaries(
            _("Feature %(number)d has coordinates that are no longitude and latitude in degrees.") % {"number": number}
        ) from error
    return properties if isinstance(properties, dict) else {}, {"type": "MultiPolygon", "coordinates": shape}


def _ring(points):
    """A closed ring of at least three corners, simplified. Raises: TypeError or ValueError where it is none."""
    ring = []
    for longitude, latitude, *_height in points:
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):  # also where it is not a number
            raise ValueError
        ring.append((longitude, latitude))
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ValueError
    # Halves, so that neither end of the line to be simplified is the other.
    middle = len(ring) // 2
    fine = _simplified(ring[: middle + 1])[:-1] + _simplified(ring[middle:])
    kept = fine if len(fine) >= 4 else ring
    return [[round(longitude, PLACES), round(latitude, PLACES)] for longitude, latitude in kept]


def _simplified(line):
    """Douglas and Peucker's line of fewer points, none of those left out farther off than TOLERANCE."""
    kept, waiting = {0, len(line) - 1}, [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        (x, y), (to_x, to_y) = line[first], line[last]
        length = math.hypot(to_x - x, to_y - y)
        farthest, most = None, TOLERANCE
        for number in range(first + 1, last):
            at_x, at_y = line[number]
            if length:
                off = abs((to_x - x) * (y - at_y) - (x - at_x) * (to_y - y)) / length
            else:
                off = math.hypot(at_x - x, at_y - y)
            if off > most:
                farthest, most = number, off
        if farthest is not None:
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [line[number] for number in sorted(kept)]


@transaction.atomic
def store(features):
    """Give each place whose KATO or ISO code a feature names its boundary; the same file again changes nothing.

    Returns:
        Stored.

    Raises:
        BadBoundaries: no feature belongs to a place, or two belong to one; nothing was written.
    """
    places = list(Place.objects.all())
    by_code = {place.code: place for place in places} | {place.kato: place for place in places if place.kato}
    result, found = Stored(), {}
    for number, (properties, geometry) in enumerate(features, start=1):
        codes = [value.strip() for value in map(str, properties.values()) if value.strip() in by_code]
        # A district may also name its region: the place farthest down is meant.
        named = {by_code[code].pk: by_code[code] for code in codes}
        below = [place for place in named.values() if not any(other.parent_id == place.pk for other in named.values())]
        if len(below) != 1:
            result.unmatched.append(number)
            continue
        if below[0].pk in found:
            raise BadBoundaries(
                _("Two features belong to one place, %(place)s. Nothing was stored.") % {"place": below[0]}
            )
        found[below[0].pk] = geometry
    if not found:
        raise BadBoundaries(
            _("No feature names a place of the register: give each its KATO or ISO 3166 code as a property.")
        )
    for place in places:
        if place.pk in found and place.boundary == found[place.pk]:
            result.unchanged += 1
        elif place.pk in found:
            place.boundary = found[place.pk]
            place.save()
            result.changed += 1
    return result

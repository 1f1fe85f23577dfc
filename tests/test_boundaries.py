"""Boundaries from GeoJSON: matched by code, simplified, refused with a sentence where they cannot be right."""

import json
import math

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from projects import boundaries
from projects.models import Place
from tests import factories


def feature(ring=None, **properties):
    ring = ring or [[51, 50], [52, 50], [52, 51], [51, 51], [51, 50]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def places(db):
    factories.region(kato="270000000")
    factories.place("273600000")


def test_places_are_found_by_kato_or_iso(places, tmp_path, capsys):
    file = tmp_path / "synthetic.geojson"
    file.write_bytes(
        collection(feature(KATO="273600000", region="KZ-27"), feature(iso="KZ-27"), feature(name="Synthetic"))
    )
    call_command("load_boundaries", str(file))
    assert "2 stored, 0 as before, 1 features of no place" in capsys.readouterr().out
    assert Place.objects.get(pk="273600000").boundary["type"] == "MultiPolygon"
    call_command("load_boundaries", str(file))
    assert "0 stored, 2 as before" in capsys.readouterr().out
    assert Place.objects.get(pk="273600000").version == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"type": "Topology"}', "is TopoJSON"),
        (b"[]", "no GeoJSON FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": []}', "no GeoJSON FeatureCollection"),
        (collection({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}), "neither a Polygon"),
        (collection(feature([[0, 0], [1, 1], [0, 0]], KATO="273600000")), "Feature 1 has coordinates"),
        (collection(feature([[500000, 0], [1, 1], [2, 0], [500000, 0]])), "longitude and latitude in degrees"),
        (collection(feature([["x", 0], [1, 1], [2, 0], ["x", 0]])), "longitude and latitude in degrees"),
        (b'{"type":"FeatureCollection","features":[{"geometry":{"type":"Polygon","coordinates":NaN}}]}', "Feature 1"),
        (collection(feature(KATO="999999999")), "names a place of the register"),
        (collection(feature(KATO="273600000"), feature(KATO="273600000")), "Two features belong to one place"),
    ],
)
def test_wrong_files_are_refused_with_a_sentence(data, sentence, places, tmp_path):
    file = tmp_path / "synthetic.geojson"
    file.write_bytes(data)
    with pytest.raises(CommandError, match=sentence):
        call_command("load_boundaries", str(file))
    assert not Place.objects.filter(boundary__isnull=False).exists()


def test_a_file_that_is_not_there_is_named(db):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_boundaries", "/synthetic/none.geojson")


def test_lines_lose_points_but_stay_where_they_are():
    circle = [[50 + math.cos(n * math.pi / 500), 50 + math.sin(n * math.pi / 500)] for n in range(1000)]
    circle.append(circle[0])
    ((_properties, shape),) = boundaries.parse(collection(feature(circle)))
    ((ring,),) = shape["coordinates"]
    assert 20 < len(ring) < 100
    assert ring[0] == ring[-1]
    assert all(abs(math.hypot(x - 50, y - 50) - 1) < 0.001 for x, y in ring)

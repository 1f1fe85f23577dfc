"""Boundaries as paths of an SVG drawing."""

import math
from itertools import chain, pairwise

WIDTH = 1000  # units of the drawing


class Drawing:
    """The boundaries of some places on one plane: degrees east are shortened as at the middle latitude.

    Attributes: width, height (units); paths: key -> the `d` of a path.
    """

    def __init__(self, boundaries):
        """boundaries: key -> GeoJSON MultiPolygon, one at least."""
        points = list(chain.from_iterable(_rings(boundary) for boundary in boundaries.values()))
        longitudes, latitudes = zip(*chain.from_iterable(points), strict=True)
        self.west, self.north = min(longitudes), max(latitudes)
        self.shortened = math.cos(math.radians((self.north + min(latitudes)) / 2))
        self.scale = WIDTH / max((max(longitudes) - self.west) * self.shortened, 0.001)
        self.width, self.height = WIDTH, round((self.north - min(latitudes)) * self.scale) + 1
        self.paths = {key: self._path(boundary) for key, boundary in boundaries.items()}

    def at(self, longitude, latitude):
        """The point of the drawing where a place lies: (x, y)."""
        x = (float(longitude) - self.west) * self.shortened * self.scale
        return round(x, 1), round((self.north - float(latitude)) * self.scale, 1)

    def middle(self, boundary):
        """The point of the drawing in the middle of a boundary's largest part: (x, y)."""
        ring = max((part[0] for part in boundary["coordinates"]), key=lambda ring: abs(_area(ring)))
        whole, x, y = _area(ring) or 1, 0, 0
        for (east, north), (next_east, next_north) in pairwise(ring):
            slice_ = (east * next_north - next_east * north) / (6 * whole)
            x, y = x + (east + next_east) * slice_, y + (north + next_north) * slice_
        return self.at(x, y)

    def holds(self, longitude, latitude):
        x, y = self.at(longitude, latitude)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def _path(self, boundary):
        return "".join(
            "M" + "L".join(f"{x:g},{y:g}" for x, y in (self.at(*point) for point in ring)) + "Z"
            for ring in _rings(boundary)
        )


def _rings(boundary):
    return [ring for part in boundary["coordinates"] for ring in part]


def _area(ring):
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring)) / 2

"""By what lists and boards group projects, and which parameter of the query string gives a group's rows."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from projects.models.choices import StageGroup


@dataclass(frozen=True)
class Dimension:
    """name: of rollups.DIMENSIONS. parameter, empty: give the projects of one key, and those of none."""

    name: str
    label: str
    parameter: str
    empty: str = ""

    def narrowed(self, key):
        """The changes of the query string that leave the projects of a key (None: of none)."""
        empty = self.empty or f"{self.parameter}__empty"
        return {self.parameter: None, empty: "1"} if key is None else {self.parameter: key, empty: None}

    def sorted(self, lines):
        """Lines of a rollup in the order of a chart: stages and years in their own, else as they come."""
        if self.name == "stage_group":
            return sorted(lines, key=lambda line: STAGE_GROUPS.get(line.key, len(STAGE_GROUPS)))
        if self.name == "year":
            return sorted(lines, key=lambda line: (line.key is None, line.key == "unallocated", line.key or ""))
        return lines


STAGE_GROUPS = {group.value: position for position, group in enumerate(StageGroup)}

DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        Dimension("sector", _("Sector"), "main_sector", "sector__empty"),
        Dimension("stage_group", _("Stage group"), "stage_group"),
        Dimension("stage", _("Stage"), "stage"),
        Dimension("status", _("Status"), "status"),
        Dimension("district", _("District"), "district"),
        Dimension("region", _("Region"), "region"),
        Dimension("programme", _("Programme"), "programme"),
        Dimension("investor", _("Investor"), "investor"),
        Dimension("investor_country", _("Investor's country"), "investor_country"),
        Dimension("investor_province", _("Investor's province"), "investor_province"),
        Dimension("curator", _("Curator"), "curator"),
        Dimension("year", _("Year of announcement"), "year"),
    )
}

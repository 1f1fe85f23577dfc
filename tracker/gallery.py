"""What the gallery shows the components with. Labels are long on purpose: a component that holds the longest
Kazakh, Russian and Chinese holds the rest."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONG = [
    ("kk", "Индустрияландыру бағдарламаларының іске асырылуына жауапты құрылымдық бөлімшелер"),
    ("ru", "Природоохранные и энергосберегающие мероприятия, предусмотренные инвестиционным соглашением"),
    ("en", "Environmental and energy-saving measures under the investment agreement"),
    ("zh-hans", "投资协议规定的环境保护与节能措施以及相关配套基础设施建设"),
]
COLOURS = ["grey", "blue", "green", "amber", "red"]
KINDS = ["info", "success", "warning", "error"]
FIGURES = [
    ("34", "MW", "capacity", "eq", "34 МВт"),
    ("134000000000.00", "KZT", "announced", "gt", "> 134 млрд ₸"),
    ("134000000000.00", "KZT", "announced", "gt", "超过 1340亿坚戈"),
    ("30000000.00", "USD", "announced", "approx", "≈ 30 млн $"),
    ("1234567890123.45", "KZT", "disbursed", "eq", "1 234 567 890 123,45 ₸"),
]


class SampleForm(forms.Form):
    """One field of each kind of widget."""

    text = forms.CharField(label=_("Text"), help_text=_("As it stands in the source."), max_length=40)
    amount = forms.DecimalField(label=_("Amount"), required=False)
    day = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}), required=False)
    choice = forms.ChoiceField(label=_("One of several"), choices=LONG, required=False)
    choices = forms.MultipleChoiceField(
        label=_("Several"), choices=LONG, required=False, widget=forms.CheckboxSelectMultiple
    )
    one = forms.ChoiceField(label=_("One in sight"), choices=LONG[:3], required=False, widget=forms.RadioSelect)
    words = forms.CharField(label=_("Long text"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    yes = forms.BooleanField(label=_("Agreed"), help_text=_("Without it nothing is saved."))
    file = forms.FileField(label=_("File"), required=False)
    off = forms.CharField(label=_("Cannot be changed"), disabled=True, required=False, initial="KZ-27")


def samples(url):
    """The context of gallery.html; every link leads to `url`, the gallery itself."""
    faulty = SampleForm({"amount": "1,2,3", "day": "31.02.2026", "choice": "xx"}, auto_id="faulty_%s")
    faulty.add_error(None, _("The period ends before it begins."))
    labels = [text for _code, text in LONG]
    return {
        "url": url,
        "long": LONG,
        "colours": COLOURS,
        "kinds": KINDS,
        "icons": ["search", "menu", "close", "check", "info", "warning", "person", "columns", "filter"]
        + ["source", "external", "plus", "edit", "download", "clock"],
        "chips": [{"label": _("Sector"), "value": text, "remove_url": url} for text in labels[:3]],
        "options": [
            {"label": text, "value": code, "count": count, "url": url, "selected": code == "ru"}
            for (code, text), count in zip(LONG, (12, 1234, 0, 7), strict=True)
        ],
        "per_page": [(number, url, number == 50) for number in (25, 50, 100, 200)],
        "papers": [(url, "PDF"), (url, "DOCX")],
        "header": [_("Sector"), _("Projects"), _("Announced")],
        "bars": [
            {
                "label": text,
                "url": url if share else "",
                "cells": [share, f"{share * 9876543:,}"],
                "bars": [{"width": share, "top": 0}],
                "height": 10,
            }
            for text, share in zip(labels, (100, 41.5, 3, 0), strict=True)
        ],
        "facts": [
            {"label": _("Reference"), "content": "WKR-1"},
            {"label": labels[0], "content": labels[1], "note": labels[2]},
            {"label": _("Permanent jobs"), "content": None},
            {"label": _("Problems"), "content": 0},
        ],
        "tabs": [
            {"url": url, "label": _("Overview"), "is_current": True},
            {"url": url, "label": _("Obligations"), "count": 4},
            {"url": url, "label": _("History"), "count": 0},
            {"url": url, "label": labels[0], "count": 1234},
        ],
        "entries": [
            {
                "when": "2026-11-13",
                "title": labels[0],
                "url": url,
                "text": labels[1],
                "label": _("met"),
                "colour": "green",
            },
            {"when": "2025-10-10", "title": labels[2], "label": _("overdue"), "colour": "red"},
            {"when": _("not stated in source"), "title": labels[3]},
        ],
        "crumbs": [(url, _("Projects")), (url, labels[0])],
        "form": SampleForm(),
        "faulty": faulty,
        "rows": [{"number": number, "reference": f"WKR-{number}"} for number in range(1, 9)],
        "figures": [dict(zip(("value", "unit", "kind", "bound", "text"), row, strict=True)) for row in FIGURES],
        "currencies": ["KZT", "USD", "CNY"],
        "columns_shown": range(1, 13),
    }

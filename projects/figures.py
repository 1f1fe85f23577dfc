"""Every figure on every page is rendered here: value, unit, bound, and the link to what it rests on."""

import functools
from decimal import Decimal
from html import escape

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from projects import rollups, wording
from projects.models import Amount, IndicatorValue, Obligation, Observation, Shipment
from projects.models.choices import AmountKind, Bound


def statement_url(statement):
    """The page of a statement's source, at the statement. Needs `statement.source` loaded."""
    return f"{statement.source.get_absolute_url()}#{statement.code}"


def plain(value):
    """A number as data: digits, a point, no exponent."""
    return f"{value.normalize() + 0:f}" if isinstance(value, Decimal) else str(value)


def render(figure, text, *, value, unit, kind, bound=Bound.EQ, url, title="", extra=""):
    """The one component of figures: `<a href=what it rests on><data class="figure" …>text</data></a>`.

    Args: extra: more marks, as safe HTML.
    """
    # As format_html, which takes three times as long: a list shows hundreds of figures.
    return mark_safe(
        f'<a class="figure-link" href="{escape(url)}" title="{escape(title)}">'
        f'<data class="figure" value="{escape(value)}" data-unit="{escape(unit)}" data-kind="{escape(kind)}" '
        f'data-bound="{escape(bound)}"{conditional_escape(extra)}>{conditional_escape(text)}</data></a>'
    )


def figure(row, exact=False, url=None):
    """A stored figure (Amount, Observation, IndicatorValue, Shipment, Obligation's target), linked to its statement.

    url: where it leads instead, for readers who may not see the statement.
    """
    if row is None:
        return wording.unknown()
    return _RENDERERS[type(row)](row, exact, url)


def _amount(row, exact, url):
    whole = wording.money(row.value, row.currency_id, exact=True)
    return render(
        row,
        wording.money(row.value, row.currency_id, row.bound, exact=exact),
        value=f"{row.value:.2f}",
        unit=row.currency_id,
        kind=row.kind,
        bound=row.bound,
        url=url or statement_url(row.statement),
        title=_("%(kind)s: %(amount)s")
        % {"kind": wording.label(AmountKind, row.kind), "amount": wording.bounded(whole, row.bound)},
    )


def _observation(row, exact, url):
    return _measured(row, url, row.value, row.unit, row.metric_id)


def _indicator_value(row, exact, url):
    indicator = row.indicator
    return _measured(row, url, row.value, indicator.unit, indicator.code, rank=indicator.is_rank)


def _shipment(row, exact, url):
    if row.quantity is None:
        return wording.unknown()
    return _measured(row, url, row.quantity, row.unit, "shipped")


def _obligation(row, exact, url):
    if row.target is None:
        return format_html('<span class="unknown">{}</span>', _("no target set"))
    if row.is_to_be_done:
        url = url or statement_url(row.statement)
        return render(row, _("to be done"), value="1", unit=row.unit_id, kind="target", url=url)
    return _measured(row, url, row.target, row.unit, "target", bound=Bound.GE)


def reached(obligation, found):
    """What accepted evidence of an obligation comes to, linked to it, with its share of the target; else a dash.

    Args:
        found: the obligation itself, or one period of it (`Standing`).
    """
    if not found.reached or obligation.unit is None:
        return "–"
    url = f"{obligation.get_absolute_url()}#evidence"
    if obligation.is_to_be_done:
        return render(None, _("done"), value=plain(found.reached), unit=obligation.unit_id, kind="reached", url=url)
    value = value_in(found.reached, obligation.unit)
    value = render(None, value, value=plain(found.reached), unit=obligation.unit_id, kind="reached", url=url)
    if found.share is None or obligation.unit.dimension == "share":
        return value
    return format_html('{} <span class="secondary">{}</span>', value, wording.percentage(found.share))


def evidence_value(evidence):
    """What evidence says, linked to its statement: a value, "7 of 10" where it is a part of a whole, done, or a dash.

    Needs `evidence.statement.source` and `evidence.obligation.unit` loaded.
    """
    unit = evidence.obligation.unit
    if evidence.value is None:
        return "–"
    if evidence.obligation.is_to_be_done:
        text = _("done") if evidence.value else _("not done")
    elif evidence.out_of is not None:
        text = _("%(part)s of %(whole)s") % {
            "part": wording.number(evidence.value),
            "whole": wording.number(evidence.out_of),
        }
    else:
        text = value_in(evidence.value, unit) if unit else wording.number(evidence.value)
    code = unit.code if unit and evidence.out_of is None else ""
    url = statement_url(evidence.statement)
    return render(None, text, value=plain(evidence.value), unit=code, kind="evidence", url=url)


def computed(value, unit, kind, url):
    """A computed value in a unit, linked to the rows that it sums."""
    return render(None, value_in(value, unit), value=plain(value), unit=unit.code, kind=kind, url=url)


def value_in(value, unit, bound=Bound.EQ):
    """A value in its unit as text: of a currency as money."""
    if unit.dimension.startswith("money") and len(unit.code) == 3:
        return wording.money(value, unit.code, bound)
    return wording.quantity(value, unit_label(unit), bound)


def _measured(row, url, value, unit, kind, bound=None, rank=False):
    bound = bound or row.bound
    text = wording.quantity(value, "", bound) if rank else value_in(value, unit, bound)
    return render(
        row,
        text,
        value=plain(value),
        unit=unit.code,
        kind=kind,
        bound=bound,
        url=url or statement_url(row.statement),
        title=wording.bounded(wording.quantity(value, unit_label(unit)), bound),
    )


def unit_label(unit):
    return unit.symbol or unit.name or unit.code


_RENDERERS = {
    Amount: _amount,
    Observation: _observation,
    IndicatorValue: _indicator_value,
    Shipment: _shipment,
    Obligation: _obligation,
}


def total(total, url, exact=False, no_data=None):
    """A computed sum, linked to the rows that it adds; what is missing and unconverted stands in its marks."""
    marks = mark_safe(
        f' data-total="{escape(total.kind)}" data-count="{total.count:d}" data-missing="{total.missing:d}" '
        f'data-lower-bounds="{total.lower_bounds:d}" data-unconverted="{total.unconverted:d}"'
    )
    if total.value is None:
        text, value = no_data or _("no data"), ""
    else:
        text, value = wording.money(total.value, total.currency, total.bound, exact=exact), f"{total.value:.2f}"
    return render(
        total,
        text,
        value=value,
        unit=total.currency,
        kind=total.kind,
        bound=total.bound,
        url=url,
        title=total_note(total),
        extra=marks,
    )


def total_note(total):
    """What a reader must know of a sum, as one sentence after another."""
    return _note(total.count, total.missing, total.lower_bounds, total.unconverted, get_language())


@functools.lru_cache(maxsize=1024)
def _note(count, missing, lower_bounds, unconverted, language):
    notes = [ngettext("%(count)d figure", "%(count)d figures", count) % {"count": count}]
    if missing:
        notes.append(
            ngettext("%(count)d project without a figure", "%(count)d projects without a figure", missing)
            % {"count": missing}
        )
    if lower_bounds:
        notes.append(
            ngettext("%(count)d lower bound", "%(count)d lower bounds", lower_bounds) % {"count": lower_bounds}
        )
    if unconverted:
        notes.append(
            ngettext("%(count)d without an exchange rate", "%(count)d without an exchange rate", unconverted)
            % {"count": unconverted}
        )
    return " · ".join(notes)


def converted(amount):
    """An amount in tenge at the frozen rate of its day, with the rate and its day beside it."""
    value = render(
        amount,
        wording.money(amount.value_kzt, "KZT", amount.bound),
        value=f"{amount.value_kzt:.2f}",
        unit="KZT",
        kind=amount.kind,
        bound=amount.bound,
        url=statement_url(amount.statement),
        title=wording.money(amount.value_kzt, "KZT", exact=True),
    )
    rate = _("1 %(currency)s = %(rate)s ₸, National Bank, %(day)s") % {
        "currency": amount.currency_id,
        "rate": wording.number(amount.rate),
        "day": wording.day(amount.rate_on),
    }
    return format_html('{} <span class="secondary">{}</span>', value, rate)


def statement_link(statement):
    """A short link to a statement."""
    return format_html('<a href="{}">{}</a>', statement_url(statement), statement.code)


def quantity_of(value, unit, symbol, kind, url):
    """A computed quantity, linked to the rows that it sums."""
    return render(None, wording.quantity(value, symbol), value=plain(value), unit=unit, kind=kind, url=url)


def quantity_total(total, unit, kind, url):
    """A computed sum of a measured quantity, with what is missing in its marks.

    Args:
        total: has value (None: no data), bound, figures, missing and lower_bounds. unit: the Unit of the value.
    """
    marks = format_html(
        ' data-total="{}" data-count="{}" data-missing="{}" data-lower-bounds="{}"',
        kind,
        total.figures,
        total.missing,
        total.lower_bounds,
    )
    no_data = total.value is None
    return render(
        None,
        _("no data") if no_data else wording.quantity(total.value, unit_label(unit), total.bound),
        value="" if no_data else plain(total.value),
        unit=unit.code,
        kind=kind,
        bound=total.bound,
        url=url,
        extra=marks,
    )


def count(number, url, kind, unit="{project}", exact=True):
    """A computed count, linked to the rows that it counts; a capped one reads "10,000+"."""
    text = wording.number(number) + ("" if exact else "+")
    return render(None, text, value=str(number), unit=unit, kind=kind, bound=Bound.EQ if exact else Bound.GE, url=url)


def containers(tally, url):
    """How many containers were shipped, have arrived, stand installed, linked to their rows; None where none was."""
    if not tally.shipped:
        return None
    names = ("shipped", "arrived", "installed")
    return {name: count(getattr(tally, name), url, name, unit="{container}") for name in names}


def amounts_of(project, kind):
    """The listed amounts of one kind, of a project read `with_listed_amounts`; sorted by kind once."""
    by_kind = project.__dict__.get("_amounts_by_kind")
    if by_kind is None:
        by_kind = project.__dict__["_amounts_by_kind"] = {}
        for amount in project.listed_amounts:
            by_kind.setdefault(amount.kind, []).append(amount)
    return by_kind.get(kind, ())


def project_money(project, kind, context):
    """A project's money of one kind in a list: the amount itself where it is one, else the sum of several."""
    amounts = amounts_of(project, kind)
    if not amounts:
        return wording.unknown()
    if len(amounts) == 1 and amounts[0].currency_id == context.currency:
        return figure(amounts[0])
    return total(rollups.sum_of(amounts, kind, context.currency), context.url(project) + "#money")

"""The form of an amount, with the rules of money. Kinds are never added to each other."""

from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.forms.around import siblings
from projects.forms.fields import AmountField, shown
from projects.forms.rules import day, error, no_circle, warning
from projects.forms.sourced import SourcedForm
from projects.models import Amount, Currency
from projects.models.choices import AmountKind, Bound, Inclusion, MoneySource, ProjectStatus, StageGroup
from projects.wording import money

JUMP = 100  # times the value before: probably another scale
TOLERANCE = Decimal("0.001")  # by which the sources of money may miss the total
SPLIT = {
    "own_funds": MoneySource.OWN,
    "borrowed_funds": MoneySource.BORROWED,
    "budget_funds": MoneySource.BUDGET,
    "foreign_funds": MoneySource.FOREIGN,
}
COPIED_TO_PARTS = (
    *("kind", "currency", "as_of", "date_precision", "certainty", "statement"),
    *("project", "programme", "phase", "payer", "is_confidential"),
)


def currency_of(mark):
    """The currency that a mark beside a number names («₸», "usd", 「坚戈」), or None."""
    mark = mark.strip(" .")
    for row in Currency.objects.filter(is_active=True):
        names = [row.code, row.symbol, row.name_kk, row.name_ru, row.name_en, row.name_zh_hans, *row.aliases.split("|")]
        if mark in {name.casefold().strip(" .") for name in names if name}:
            return row
    return None


def in_one_currency(rows):
    """The sum of (value, currency code, tenge value or None): in their currency if it is one, else in tenge.

    Returns: (sum, code), or None where a tenge value is missing.
    """
    codes = {code for _value, code, _tenge in rows}
    if len(codes) == 1:
        return sum(value for value, _code, _tenge in rows), codes.pop()
    if any(tenge is None for _value, _code, tenge in rows):
        return None
    return sum(tenge for _value, _code, tenge in rows), "KZT"


def _typed(form):
    """This amount as in_one_currency reads rows; None where value or currency is missing."""
    value, currency, when = form.value("value"), form.value("currency"), form.value("as_of")
    if value is None or currency is None:
        return None
    if currency.pk == "KZT":
        return value, "KZT", value
    rate = form.around.rate_on(currency, when) if when else None
    return value, currency.pk, value * rate.rate if rate else None


def _stored(rows):
    return [(row.value, row.currency_id, row.value_kzt) for row in rows]


def _standing(form, rows):
    """Those of the amounts that no later one corrects, this form's included."""
    corrected = form.cleaned_data.get("corrects")
    return [row for row in rows if row.superseded_by_id is None and row != corrected]


def _is_own_part(row):
    """Whether an amount is part of another one of a project, and counted there."""
    return row.inclusion == Inclusion.YES and row.included_in.project_id is not None


def _positive(form):
    """Rules 1 and 2 (E): an amount is greater than zero and has a currency."""
    value = form.value("value")
    if value is not None and value <= 0:
        text = _("The amount must be greater than zero. If it is not known, leave it empty and choose 'not stated'.")
        yield error(text, "value")


def _alike(row):
    return [row.kind, row.payer, row.phase, row.inclusion]


def _jump(form):
    """Rule 3 (W): a hundred times more or less than before is probably a wrong scale."""
    value, currency = form.value("value"), form.value("currency")
    if not value or not currency or not form.is_changed("value", "currency"):
        return
    if form.is_new:
        alike = [form.value(name) for name in ("kind", "payer", "phase")] + [form.value("inclusion") or Inclusion.NO]
        same = [row for row in _standing(form, siblings(form)) if _alike(row) == alike]
        before = form.cleaned_data.get("corrects") or next(reversed(same), None)
    else:
        before = form.around.before(form.instance)
    if before and before.currency_id == currency.pk and not before.value / JUMP < value < before.value * JUMP:
        text = _("Was %(before)s, now %(now)s. Are you entering millions?")
        yield warning(text % {"before": shown(before.value), "now": shown(value)}, "value")


def _paid_within_commitment(form):
    """Rule 4 (W, E once the project is closed): payments do not exceed commitments."""
    typed, kind = _typed(form), form.value("kind")
    if typed is None or kind == AmountKind.ANNOUNCED or not form.is_changed("value", "currency", "kind"):
        return
    counted = [row for row in _standing(form, siblings(form)) if row.inclusion != Inclusion.UNKNOWN]
    counted = [row for row in counted if not _is_own_part(row)]
    sums = {}
    for each in (AmountKind.COMMITTED, AmountKind.DISBURSED):
        sums[each] = _stored(row for row in counted if row.kind == each) + ([typed] if kind == each else [])
    if not all(sums.values()):
        return
    both = in_one_currency(sums[AmountKind.COMMITTED] + sums[AmountKind.DISBURSED])
    if both is None:
        return
    in_tenge = both[1] == "KZT"
    promised, paid = (
        sum((row[2] if in_tenge else row[0]) for row in sums[each])
        for each in (AmountKind.COMMITTED, AmountKind.DISBURSED)
    )
    if paid <= promised:
        return
    text = _("Paid so far (%(paid)s) exceeds the commitment (%(promised)s). Add an amendment or correct one of them.")
    text = text % {name: money(value, both[1], exact=True) for name, value in (("paid", paid), ("promised", promised))}
    project = form.value("project")
    is_closed = project is not None and (
        project.status == ProjectStatus.CANCELLED or project.stage_group == StageGroup.OPERATION
    )
    yield (error if is_closed else warning)(text, "value")


def _payment_dated(form):
    """Rules 5 (E) and 6 (W): a payment has happened, and has an official rate of its day."""
    when, currency = form.value("as_of"), form.value("currency")
    if form.value("kind") != AmountKind.DISBURSED or when is None:
        return
    if when > timezone.localdate():
        yield error(_("A payment cannot be dated after today."), "as_of")
        return
    if currency is None or currency.pk == "KZT" or not form.is_changed("as_of", "currency", "kind"):
        return
    rate = form.around.rate_on(currency, when)
    if rate is None:
        text = _("No NBK rate for %(day)s: the payment is not counted in tenge until there is one.")
        yield warning(text % {"day": day(when)}, "as_of")
    elif rate.day != when:
        text = _("No NBK rate for %(day)s; the rate of %(used)s is used.")
        yield warning(text % {"day": day(when), "used": day(rate.day)}, "as_of")


def _included(parts):
    return [part for part in parts if part.inclusion == Inclusion.YES]


def _sources_add_up(form):
    """Rule 22 (E; W where recorded parts are corrected one by one): the sources of money make the total."""
    value, currency = form.value("value"), form.value("currency")
    if not value or not currency:
        return
    split = [part for name in SPLIT if (part := form.cleaned_data.get(name))]
    is_error = bool(split)
    if not split and not form.is_new and form.is_changed("value"):
        parts = [part for part in _included(form.around.parts(form.instance)) if part.currency_id == currency.pk]
        split = [part.value for part in parts if part.money_source != MoneySource.UNKNOWN]
    if not split:
        return
    total = sum(split)
    if abs(total - value) > value * TOLERANCE:
        text = _("Sources add up to %(total)s, cost is %(cost)s: difference %(difference)s.")
        text = text % {"total": shown(total), "cost": shown(value), "difference": shown(total - value)}
        yield (error if is_error else warning)(text, "value")


def _parts_within_whole(form):
    """Rule 27 (E, W where the whole is a lower bound): what is included is not more than the whole."""
    typed, whole = _typed(form), form.value("included_in")
    if typed is None:
        return
    if whole is not None and form.value("inclusion") == Inclusion.YES:
        others = [part for part in _included(form.around.parts(whole)) if part != form.instance]
        parts = _stored(_standing(form, others)) + [typed]
        limit, bound = (whole.value, whole.currency_id, whole.value_kzt), whole.bound
    elif not form.is_new and form.is_changed("value", "currency"):
        parts = _stored(_included(form.around.parts(form.instance)))
        limit, bound = typed, form.value("bound")
    else:
        return
    together = in_one_currency([*parts, limit])
    if not parts or together is None:
        return
    column = 2 if together[1] == "KZT" else 0
    if sum(part[column] for part in parts) > limit[column]:
        is_lower_bound = bound in (Bound.GT, Bound.GE, Bound.APPROX)
        yield (warning if is_lower_bound else error)(_("Parts exceed the whole."), "value")


def _change_explained(form):
    """A recorded figure changes only with a reason; a new figure of the source is a new row that corrects it."""
    if not form.is_new and form.is_changed("value", "currency", "kind"):
        yield from form.needs_reason(
            _("Say why a recorded figure changes. If the source gives a new one, add an amount that corrects this one.")
        )


def _written(row):
    """An amount in a list of amounts."""
    return f"{row.get_kind_display()}: {money(row.value, row.currency_id, row.bound)} ({row.as_of and day(row.as_of)})"


class AmountForm(SourcedForm):
    class Meta:
        model = Amount
        exclude = ("superseded_by",)
        field_classes = {"value": AmountField}
        help_texts = {
            "value": gettext_lazy("As a number or as people write it: 134 bn, 134 млрд ₸, 1340亿."),
            "currency": gettext_lazy("May also stand beside the amount."),
        }

    own_funds = AmountField(label=gettext_lazy("Of it own funds"), required=False)
    borrowed_funds = AmountField(label=gettext_lazy("Of it borrowed funds"), required=False)
    budget_funds = AmountField(label=gettext_lazy("Of it budget funds"), required=False)
    foreign_funds = AmountField(label=gettext_lazy("Of it foreign funds"), required=False)
    corrects = forms.ModelChoiceField(
        Amount.objects.standing(),
        label=gettext_lazy("Corrects the amount"),
        required=False,
        help_text=gettext_lazy("The earlier amount stays in the register and is no longer counted."),
    )

    fieldsets = (
        (
            gettext_lazy("Amount"),
            ("project", "programme", "kind", "bound", "value", "currency", "as_of", "date_precision"),
        ),
        (gettext_lazy("Sources of money"), ("money_source", *SPLIT)),
        (gettext_lazy("Belongs to"), ("payer", "phase", "inclusion", "included_in", "candidates", "corrects")),
        SourcedForm.source_fieldset,
        (gettext_lazy("Note"), ("is_confidential", "note")),
    )
    subjects = ("project", "programme")
    limits = {"currency": Q(is_active=True)}
    rules = (
        _positive,
        _jump,
        _paid_within_commitment,
        _payment_dated,
        _sources_add_up,
        _parts_within_whole,
        no_circle("included_in"),
        _change_explained,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["currency"].required = False  # the amount itself may name it
        for name in ("included_in", "corrects"):
            self.fields[name].label_from_instance = _written
        if not self.is_new:
            for name in (*SPLIT, "corrects"):
                del self.fields[name]
        self._offer_amounts_nearby()

    def _offer_amounts_nearby(self):
        """Whole, corrected amount and phase are looked for in the same project and its programme."""
        project, programme = self.fixed.get("project"), self.fixed.get("programme")
        if not project and not programme:
            return
        own = Q(project=project) if project else Q(programme=programme)
        around = own | Q(programme=project.programme_id) if project and project.programme_id else own
        self._narrow("included_in", around, ~Q(pk=self.instance.pk))
        self._narrow("corrects", own)
        self._narrow("phase", own)
        if project:
            del self.fields["candidates"]

    def _narrow(self, name, *conditions):
        if name in self.fields:
            self.fields[name].queryset = self.fields[name].queryset.filter(*conditions)

    def clean(self):
        data = self.cleaned_data
        self._read_currency()
        if not data.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Choose the currency of this amount."))  # rule 2 (E)
        return super().clean()

    def _read_currency(self):
        """The currency that stands beside the typed amount fills the field in, or must agree with it."""
        field, data = self.fields["value"], self.cleaned_data
        if "value" not in data or data["value"] is None:
            return
        if field.mark:
            named = currency_of(field.mark)
            if named is None:
                self.add_error("value", _("“%(mark)s” is not a currency of the list.") % {"mark": field.mark})
                return
            if data.get("currency") not in (None, named):
                text = _("The amount is written in %(written)s, the currency chosen is %(chosen)s.")
                self.add_error("currency", text % {"written": named, "chosen": data["currency"]})
                return
            data["currency"] = named
        if (field.mark or field.is_scaled) and data.get("currency"):
            text = _("“%(typed)s” is read as %(amount)s.")
            amount = money(data["value"], data["currency"].pk, exact=True)
            self.notes.append(text % {"typed": self["value"].data, "amount": amount})

    def _save_m2m(self):
        super()._save_m2m()
        whole = self.instance
        for name, money_source in SPLIT.items():
            if value := self.cleaned_data.get(name):
                Amount.objects.create(
                    **{each: getattr(whole, each) for each in COPIED_TO_PARTS},
                    value=value,
                    money_source=money_source,
                    included_in=whole,
                    inclusion=Inclusion.YES,
                )
        if corrected := self.cleaned_data.get("corrects"):
            corrected.superseded_by = whole
            corrected.save()

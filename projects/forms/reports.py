"""The form of an update: the last values of its project, of which only what was changed is kept.

The rules of amounts are those of the form of amounts; stages ask `projects.stages`.
"""

import datetime
import json
from decimal import Decimal
from itertools import groupby

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects import permissions, reports, stages, wording
from projects.forms.amounts import AmountForm
from projects.forms.around import Around
from projects.forms.enclosures import EnclosureForm
from projects.forms.fields import AmountField, DateField, NumberField, TextField, shown
from projects.forms.lookups import LinesField
from projects.forms.progress import UpdateForm, _update_in_turn, updates_beside
from projects.forms.rules import Finding, error, not_whole
from projects.models import Amount, Autosave, Currency, Document, Stage
from projects.models.choices import AmountKind, ShipmentStatus
from projects.reports import questions as asked

HUNDRED = Decimal(100)
JOBS = ("jobs_permanent", "jobs_temporary")
BASE_LIMIT = 100_000  # characters


class Payment:
    """A payment that is reported, as the rules of amounts read a form."""

    is_new, around = True, Around()

    def __init__(self, form, **values):
        self.form = form
        self.instance = Amount(project=form.project)
        self.cleaned_data = {"kind": AmountKind.DISBURSED, "project": form.project} | values

    def value(self, name):
        return self.cleaned_data.get(name) or getattr(self.instance, name, None)

    def is_changed(self, *names):
        return True

    def needs_reason(self, text):
        return self.form.needs_reason(text)


# ---- Rules -----------------------------------------------------------------------------------


def _whole(value):
    """The validator of what is counted one by one."""
    if value % 1:
        raise forms.ValidationError(not_whole(value))


def _says_something(form):
    """An update tells what happened, reports a value, or says that nothing changed: not both."""
    if form.value("is_no_change") and form.changes:
        yield error(_("'Nothing changed' and changed values exclude each other."), "is_no_change")
    elif not form.says_something():
        yield error(_("Write what happened, or tick 'nothing changed'."), "narrative")


def _nothing_emptied(form):
    """What stands in the register is replaced by a report, never emptied."""
    for question in form.questions:
        change = form.changes.get(question.name)
        if question.is_kept and change and change["was"] and not change["now"]:
            yield error(_("A value on record is not emptied by a report. Enter the value as it is now."), question.name)


def _stage_may_follow(form):
    """Rules 8, 17 and 19 (E): the day, the commissioning date, and a step back with its reason."""
    code, day = form.now("stage-to"), form.given("stage-on")
    if not code:
        if day or form.given("stage-reason"):
            yield error(_("Choose the stage that the project has come to."), "stage-to")
        return
    if day is None:
        yield error(_("Say from which day the stage is in force."), "stage-on")
        return
    given = {"reason": form.given("stage-reason") or "", "commissioned_on": form.given("stage-commissioned_on")}
    names = {"effective_on": "on"}
    for refusal in stages.refusals(form.project, Stage.objects.get(pk=code), day, **given):
        yield error(refusal.text, f"stage-{names.get(refusal.field, refusal.field)}")


def _levels_possible(form):
    """Progress ends at 100 %; rule 24 (E): local workers are not more than all workers."""
    progress = form.given("physical_progress-value")
    if progress is not None and progress > HUNDRED:
        yield error(_("Progress is at most 100 %."), "physical_progress-value")
    local = form.given("jobs_local_citizens-value")
    everybody = [value for name in JOBS if (value := form.given(f"{name}-value")) is not None]
    if local is not None and everybody and local > sum(everybody):
        text = _("Local workers (%(local)s) exceed all workers (%(all)s).")
        text = text % {"local": shown(local), "all": shown(sum(everybody))}
        yield error(text, "jobs_local_citizens-value")


def _payments_agree(form):
    """The period's payment and the sum paid altogether agree (rule 21), and pass the rules of amounts."""
    period, total = form.now("paid-period"), form.now("paid-total")
    if "paid-currency" in form.changes and not period and not total:
        yield error(_("Enter what was paid in this currency."), "paid-period")
    if not period and not total:
        return
    currency = form.given("paid-currency")
    before = asked.paid_so_far(form.project, currency)
    period = Decimal(period) if period else Decimal(total) - before
    texts = {"before": shown(before), "now": shown(before + period), "period": shown(period)}
    if period < 0:
        text = _("Cumulative total fell from %(before)s to %(now)s. Correct the earlier payment on the project's page.")
        yield error(text % texts, "paid-total")
        return
    if total and Decimal(total) != before + period:
        text = _("%(before)s paid before and %(period)s in the period make %(now)s, not %(total)s.")
        yield error(text % (texts | {"total": shown(Decimal(total))}), "paid-total")
        return
    for name, now, was in (("paid-period", period, ""), ("paid-total", before + period, before)):
        form.changes[name] = {"was": asked.plain(was) if was else "", "now": asked.plain(now)}
    form.changes["paid-currency"] = {"was": form.standing["paid-currency"], "now": currency}
    day = form.given("paid-on") or form.day
    names = {"as_of": "paid-on", "value": "paid-period", "currency": "paid-currency", "change_reason": "change_reason"}
    payment = Payment(form, value=period, currency=Currency.objects.get(pk=currency), as_of=day)
    for rule in AmountForm.rules:
        for found in rule(payment):
            yield Finding(found.text, names.get(found.field, "paid-period"), found.is_error)


def _dates_passed(form):
    """Rule 8 (E): what has happened has a date up to today."""
    for question in form.questions:
        day = form.given(question.name) if question.part in ("met_on", "closed_on", "commissioned_on") else None
        is_receipt = question.section == "shipment" and question.part == "on"
        day = form.given(question.name) if is_receipt else day
        if day and question.name in form.changes and day > timezone.localdate():
            yield error(_("An actual date cannot be later than today. Use 'planned'."), question.name)


def _rows_complete(form):
    """Goods received have their day, solved problems say how, new problems what they are."""
    received = (ShipmentStatus.ARRIVED, ShipmentStatus.CLEARED, ShipmentStatus.INSTALLED)
    for row in reports.rows_of(form.questions):
        said = {question.part: form.now(question.name) for question in row.questions}
        if row.section == "shipment" and said["status"] in received and not said["on"]:
            yield error(_("Say on which day this was."), f"{row.name}-on")
        elif row.section == "shipment" and said["on"] and said["status"] not in received:
            yield error(_("Choose what the shipment has come to."), f"{row.name}-status")
        elif row.section == "problem" and said.get("closed_on") and not said["resolution"]:
            yield error(_("Say how the problem was solved."), f"{row.name}-resolution")
        elif row.section == "problem" and (said.get("side") or said.get("due_on")) and not said["title"]:
            yield error(_("Say what blocks the project."), f"{row.name}-title")


def _still_as_shown(form):
    """What somebody else changed in the register meanwhile is compared, never written over unseen."""
    if any(form.is_moved(question) for question in form.questions):
        form.is_stale = True
        yield error(_("Somebody changed this project while you were writing. Compare both below."))


class ReportForm(UpdateForm):
    """The report of a period. `changes` holds what differs from the register, once the form is checked."""

    base = forms.CharField(widget=forms.HiddenInput, required=False, max_length=BASE_LIMIT)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    rules = (
        _update_in_turn,
        _payments_agree,
        _nothing_emptied,
        _stage_may_follow,
        _levels_possible,
        _dates_passed,
        _rows_complete,
        _says_something,
        _still_as_shown,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.project = self.instance.project
        self.fields.pop("project", None)
        self.enclosures = EnclosureForm(*([self.data, self.files] if self.is_bound else []), user=self.user)
        self.questions = reports.questions_of(self.project)
        self.standing = {question.name: question.standing for question in self.questions}
        self.changes = {}
        self.autosave = None if self.is_new else Autosave.objects.filter(update=self.instance).first()
        for question in self.questions:
            if question.is_asked:
                self.fields[question.name] = self._field(question)
                self.initial[question.name] = self._read(question, self._drafted(question))
        base = {name: text for name, text in self._base_before().items() if text}
        self.initial |= {"base": json.dumps(base), "revision": getattr(self.autosave, "revision", 0)}
        if self.is_new and not self.is_bound and (period := self._period_due()):
            self.initial["period"] = self.initial.get("period") or period.pk
        if not self.is_bound and self.autosave:
            self.initial |= {name: text for name, text in self.autosave.typed.items() if name in self.fields}

    def _period_due(self):
        """The period to report on: the last that has ended, else the one that runs, unless it is reported on."""
        told = updates_beside(self.project, self.instance.author_id).exclude(period=None)
        offered = self.fields["period"].queryset.exclude(updates__in=told).order_by("-start_on")
        rows = list(offered[:12])
        ended = [row for row in rows if row.end_on < timezone.localdate()]
        last = told.order_by("-period__start_on").select_related("period").first()
        due = [row for row in (*ended[:1], *rows[:1]) if last is None or row.start_on > last.period.start_on]
        return due[0] if due else None

    def _base_before(self):
        """The values of the register that this page starts from: those of the draft, where it has some."""
        return self.standing | {name: change["was"] for name, change in self.instance.changes.items()}

    def _currency(self):
        return self.standing["paid-currency"]

    def changes_of_draft(self, question):
        """What the kept draft has for a question, else the register: stored text."""
        typed = self.autosave.typed.get(question.name) if self.autosave else None
        if typed is None:
            return self._drafted(question)
        try:
            return self._stored(question, self.fields[question.name].clean(typed))
        except forms.ValidationError:
            return typed

    def _drafted(self, question):
        change = self.instance.changes.get(question.name)
        return change["now"] if change else question.standing

    def _field(self, question):
        options = {"label": capfirst(str(question.label)), "required": False, "help_text": question.help}
        if question.as_of and question.standing:
            text, day = _("On record on %(day)s: %(value)s."), wording.day(question.as_of)
            options["help_text"] = text % {"value": question.shown(question.standing, self._currency()), "day": day}
        if question.kind == asked.CHOICE:
            return forms.ChoiceField(choices=[("", "—"), *question.choices], **options)
        if question.kind == asked.NUMBER:
            if question.unit.is_counted:
                options["validators"] = [_whole]
            else:
                parts = {"what": options["label"], "unit": question.unit.symbol or question.unit.name}
                options["label"] = _("%(what)s, %(unit)s") % parts
            return NumberField(min_value=0, max_digits=24, decimal_places=6, **options)
        if question.kind == asked.MONEY:
            return AmountField(min_value=0, max_digits=20, decimal_places=2, **options)
        if question.kind == asked.DATE:
            return DateField(**options)
        if question.kind == asked.DOCUMENTS:
            rows = Document.objects.all()
            return LinesField(permissions.visible_to(self.user, rows) if self.user else rows, **options)
        return TextField(max_length=300, **options)

    @staticmethod
    def _read(question, stored):
        """A stored text as its field takes it."""
        if not stored:
            return None
        if question.kind in (asked.NUMBER, asked.MONEY):
            return Decimal(stored)
        if question.kind == asked.DATE:
            return datetime.date.fromisoformat(stored)
        return [int(key) for key in stored.split(",")] if question.kind == asked.DOCUMENTS else stored

    @staticmethod
    def _stored(question, value):
        """A checked value of a field as it is stored; empty for nothing."""
        if value is None or value == "":
            return ""
        if question.kind in (asked.NUMBER, asked.MONEY):
            return asked.plain(value)
        if question.kind == asked.DATE:
            return value.isoformat()
        if question.kind == asked.DOCUMENTS:
            return ",".join(str(key) for key in sorted(value.values_list("pk", flat=True)))
        return str(value)

    # ---- Checking ----

    def says_something(self):
        """Whether there is anything to send: words, a value, a file, or that nothing changed."""
        told = self.value("narrative") or self.value("is_no_change") or self.changes
        return bool(told or self.enclosures.cleaned_data.get("files") or self.has_enclosures)

    @property
    def has_enclosures(self):
        """Whether files hang on the update already."""
        return not self.is_new and self.instance.attachments.exists()

    @cached_property
    def began_with(self):
        """What the register had when the page was opened: name -> stored text."""
        try:
            sent = json.loads(self.data.get("base") or "{}")
        except ValueError:
            sent = {}
        if not isinstance(sent, dict) or not sent:
            return self._base_before()
        return {name: text if isinstance(text := sent.get(name, ""), str) else "" for name in self.standing}

    def now(self, name):
        """What is reported for a question, as stored text; empty where nothing is."""
        return self.changes.get(name, {"now": ""})["now"]

    def given(self, name):
        """What stands in a field, checked; None where it is empty or cannot be read."""
        value = self.cleaned_data.get(name)
        return None if value == "" else value

    @property
    def day(self):
        """The day that figures are true of: the end of the period, at the latest today."""
        period, today = self.value("period"), timezone.localdate()
        return min(period.end_on, today) if period else today

    def is_moved(self, question):
        """Whether the register now has something else than the page showed, and than is reported."""
        change = self.changes.get(question.name)
        standing = self.standing[question.name]
        return bool(change) and question.name != "paid-currency" and standing not in (change["was"], change["now"])

    def clean(self):
        for question in self.questions:
            if question.name not in self.data or question.name in self.errors:
                continue
            was, now = self.began_with[question.name], self._stored(question, self.cleaned_data.get(question.name))
            if now != was:
                self.changes[question.name] = {"was": was, "now": now}
        for number in range(1, asked.NEW_PROBLEMS + 1):
            if self.now(f"new_problem-{number}-title"):
                self.changes[f"new_problem-{number}-language"] = {"was": "", "now": get_language()}
        for name, texts in self.enclosures.errors.items():
            self.add_error(None, [f"{self.enclosures.fields[name].label}: {text}" for text in texts])
        return super().clean()

    def _check_version(self):
        super()._check_version()
        is_own_page = self.autosave is None or self.autosave.page == self.data.get("submission_key")
        if not is_own_page and self.cleaned_data.get("revision") != self.autosave.revision:
            self.is_stale = True
            self.add_error(None, _("This draft was typed on elsewhere meanwhile. Compare both versions below."))

    def _post_clean(self):
        self.instance.changes = self.changes
        super()._post_clean()

    def save(self, commit=True):
        update = super().save(commit)
        self.enclosures.enclose(update)
        Autosave.objects.filter(update=update).delete()
        return update

    def forget(self):
        self.enclosures.forget()

    # ---- Showing ----

    def report_sections(self):
        """What the page shows: (title, rows); a row is its subject and its fields."""
        for section, title in asked.SECTIONS.items():
            found = [question for question in self.questions if question.section == section and question.is_asked]
            rows = [
                (subject, [self[question.name] for question in group])
                for (subject, _row), group in groupby(found, key=lambda question: (question.subject, question.row))
            ]
            if section == "level":
                rows = [("", [field for _subject, fields in rows for field in fields])]
            if found:
                yield title, rows

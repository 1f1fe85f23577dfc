"""What every address of the API does alike: language, lists in pages, single records, requests carried out once."""

import json
import re

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from projects import actions, paging, permissions
from projects.api.fields import Context
from projects.api.parsing import JsonParser
from projects.api.problems import Unprocessable
from projects.memory import remembered
from projects.rollups import CURRENCIES, RATES
from tracker.errors import BadParameter

KEY = re.compile(r"[\x21-\x7e]{1,100}")
FLAG = ("", "0", "1")
# What other APIs understand and this one does not: better refused than silently ignored.
NOT_OFFERED = {"page": "after", "format": "Accept"}


def one_of(data, name, allowed):
    """The value of a parameter out of a closed list, the first where it is not given. Raises: BadParameter."""
    value = data.get(name, "") or allowed[0]
    if value not in allowed:
        raise BadParameter({name: [_("Choose one of: %(names)s.") % {"names": ", ".join(filter(None, allowed))}]})
    return value


class ApiView(APIView):
    """Signs callers in by itself, and speaks the first language of `Accept-Language` that it knows."""

    parser_classes = [JsonParser]

    # For the description of the API: by method, what it does, takes, answers and with which status.
    is_described = True
    summaries, bodies, answers, successes = {}, {}, {}, {}
    choices = {}  # further parameters: name -> values
    representation = None
    tells_money = False

    @classmethod
    def as_view(cls, **options):
        return login_not_required(super().as_view(**options))

    def initial(self, request, *args, **kwargs):
        for code, _weight in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "").lower()):
            try:
                translation.activate(translation.get_supported_language_variant(code))
                break
            except LookupError:
                continue
        super().initial(request, *args, **kwargs)
        # Forms are read by the frame before any parser of ours sees them.
        has_content = request.META.get("CONTENT_LENGTH") not in ("", "0", None)
        is_offered = hasattr(self, request.method.lower())
        if (
            is_offered
            and has_content
            and request.content_type.partition(";")[0].strip().lower() != JsonParser.media_type
        ):
            raise UnsupportedMediaType(request.content_type)
        for name, instead in NOT_OFFERED.items():
            if name in request.GET:
                raise BadParameter({name: [_("This is not offered. Use %(name)s.") % {"name": instead}]})

    def options(self, request, *args, **kwargs):
        """Which methods there are, in the header `Allow`."""
        return Response(status=status.HTTP_204_NO_CONTENT)

    def context(self):
        data = self.request.GET
        looking_back = getattr(self.request, "looking_back", None) or {}
        return Context(
            user=self.request.user,
            day=looking_back.get("as_of") or timezone.localdate(),
            currency=one_of(data, "currency", CURRENCIES),
            rate=one_of(data, "rate", RATES),
        )

    def remembered(self, tell):
        """The answer to this request for reading, rendered once for each state of the data.

        Args:
            tell: function without arguments that returns the JSON.
        """
        key = "api", permissions.reader(self.request.user), self.request.build_absolute_uri()
        body = remembered(key, lambda: JSONRenderer().render(tell()))
        return HttpResponse(body, content_type=JSONRenderer.media_type)

    def once(self, write):
        """The answer to a request that writes; with an `Idempotency-Key`, repeated as often as it is sent again.

        Args:
            write: function without arguments that saves and returns (JSON, status); all of it or nothing is stored.
        """
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            with transaction.atomic():
                body, code = write()
            return Response(body, code)
        if not KEY.fullmatch(key):
            raise BadParameter({"Idempotency-Key": [_("Give 1 to 100 Latin letters, digits or signs.")]})
        content = json.dumps([self.request.path, self.request.data], sort_keys=True, default=str).encode()

        def written():
            body, code = write()
            return {"response": body, "status_code": code}

        try:
            done = actions.submit_once(by=self.request.user, key=key, body=content, write=written)
            done.refresh_from_db(fields=["response"])  # so that the first answer is like those to come, to the byte
        except actions.AlreadyDone as before:
            done = before.submission
        except actions.DifferentBody as error:
            raise Unprocessable(_("This key was already used for other content. Take a new one.")) from error
        return Response(done.response, done.status_code)


class Listing(ApiView):
    """Rows of a noun under its filters, in keyset pages: `{"next", "previous", "results"}`.

    Declared by a subclass: filterset, representation, sorts (name -> as in columns), default_sort; and `prepared`
    where the representation needs annotations of its own.
    """

    filterset = None
    sorts = {}
    default_sort = ""

    @classmethod
    def noun(cls):
        return cls.filterset._meta.model._meta.verbose_name_plural

    def prepared(self, rows):
        return rows

    def get(self, request):
        return self.remembered(self.page)

    def page(self):
        """The page of rows that the query string asks for, as JSON. Raises: BadParameter."""
        data, context = self.request.GET, self.context()
        rows = self.filterset(data, user=self.request.user).rows()
        sort = paging.chosen_sort(data, self.sorts, self.default_sort)
        expression = self.sorts[sort.removeprefix("-")]
        page = paging.paginate(
            self.representation.read(self.prepared(rows)),
            sort=sort,
            expression=expression(context) if callable(expression) else expression,
            data=data,
            size=paging.per_page(data),
        )
        counted = {"count": rows.order_by().count()} if one_of(data, "count", FLAG) == "1" else {}
        return {
            "next": self._address(after=page.next_cursor),
            "previous": self._address(before=page.previous_cursor),
            **counted,
            "results": self.representation.show(page.rows, context),
        }

    def _address(self, **cursor):
        """This list's full address at a cursor; None where there is none."""
        (name, value) = next(iter(cursor.items()))
        if value is None:
            return None
        data = self.request.GET.copy()
        for other in ("after", "before"):
            data.pop(other, None)
        data[name] = value
        return self.request.build_absolute_uri(f"{self.request.path}?{data.urlencode()}")


class Detail(ApiView):
    """One record. Declared by a subclass: queryset, representation, key (the field that its address gives)."""

    queryset = None
    key = "pk"

    @classmethod
    def noun(cls):
        return cls.queryset.model._meta.verbose_name_plural

    def prepared(self, rows, context):
        return rows

    def visible(self, **kwargs):
        """The rows that the address names and the caller may see: one or none."""
        value = kwargs[self.key]
        if isinstance(value, str) and "\x00" in value:
            raise Http404
        return permissions.visible_to(self.request.user, self.queryset.all()).filter(**{self.key: value})

    def shown(self, context, **kwargs):
        """The record as JSON. Raises: Http404, alike for what is not there and for what may not be seen."""
        rows = list(self.representation.read(self.prepared(self.visible(**kwargs), context)))
        if not rows:
            raise Http404
        return self.representation.show(rows, context)[0]

    def get(self, request, **kwargs):
        return Response(self.shown(self.context(), **kwargs))

"""API tokens of one's own: made here, shown once, taken back."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from projects import permissions, tokens
from projects.forms.tokens import TokenForm
from projects.portfolio.lists import SignedIn


class Tokens(SignedIn, TemplateView):
    """The person's tokens, and the form for a new one, which is told in the answer and nowhere else."""

    template_name = "portfolio/tokens.html"

    def get_context_data(self, **kwargs):
        rows = permissions.own_tokens(self.request.user).order_by("-pk")
        shown = {"form": TokenForm(), "token": "", "rows": rows, "today": timezone.localdate()}
        return shown | super().get_context_data(**kwargs)

    def post(self, request):
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        _row, token = tokens.create_token(user=request.user, **form.cleaned_data)
        return self.render_to_response(self.get_context_data(token=token))


class Revoke(SignedIn, View):
    """From now on the token opens nothing."""

    def post(self, request, pk):
        token = get_object_or_404(permissions.own_tokens(request.user), pk=pk)
        token.delete()
        messages.success(request, _("The token “%(name)s” opens nothing any more.") % {"name": token.name})
        return HttpResponseRedirect(reverse("token-list"))

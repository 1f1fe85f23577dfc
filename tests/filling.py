"""What a browser sends for a form as it stands, for tests to change a field or two of."""

from django.utils.datastructures import MultiValueDict


def filled(form, **changes):
    """The data of `form` as shown, with these fields changed (None leaves one out), as a MultiValueDict."""
    data = MultiValueDict()
    for bound in form:
        value = bound.value()
        if bound.field.widget.needs_multipart_form or value is None or value is False:
            continue
        if isinstance(value, list | tuple | set):
            data.setlist(bound.html_name, [str(item) for item in value])
        elif value is True:
            data[bound.html_name] = "on"
        else:
            shown = bound.field.widget.format_value(value)
            data[bound.html_name] = str(shown[0] if isinstance(shown, list) else shown or "")
    for name, value in changes.items():
        if value is None:
            data.pop(name, None)
        elif isinstance(value, list):
            data.setlist(name, value)
        else:
            data[name] = str(value)
    return data

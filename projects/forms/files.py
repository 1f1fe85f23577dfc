"""Files that people send: known by their content, refused where they could do harm, photos without their traces.

What is allowed is decided by reading the file, never by its name or by what the browser says of it: images are
decoded, office files are opened. Nothing is kept that a program could run: no macros, no SVG, no HTML.
"""

import datetime
import hashlib
import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from projects.forms.fields import clean_text

IMAGES = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png"), "WEBP": ("webp", "image/webp")}
# Where a camera and its programs leave notes in an image.
NOTES = {"exif", "xmp", "comment", "photoshop", "XML:com.adobe.xmp", "Raw profile type exif", "Description", "Author"}
PIXELS = 60_000_000

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
# Office files are ZIP archives: by the folder inside, or by what the first member says.
ZIPPED = {
    "word/": ("docx", OFFICE + "wordprocessingml.document"),
    "xl/": ("xlsx", OFFICE + "spreadsheetml.sheet"),
    "ppt/": ("pptx", OFFICE + "presentationml.presentation"),
}
OPEN_KINDS = {OPEN + "text": "odt", OPEN + "spreadsheet": "ods", OPEN + "presentation": "odp"}
# Old office files: by the names of the streams inside.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAMS = {
    "WordDocument": ("doc", "application/msword"),
    "Workbook": ("xls", "application/vnd.ms-excel"),
    "PowerPoint Document": ("ppt", "application/vnd.ms-powerpoint"),
}
# What a browser offers to choose from; what is taken is decided by `kind_of`.
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.xlsx,.pptx,.doc,.xls,.ppt,.odt,.ods,.odp,image/jpeg"
MACROS = ("vbaproject", "activex/", "macrosheets/", "basic/", "scripts/")
FILES = 20  # in one sending
MEMBERS, UNPACKED = 5000, 200 * 2**20  # files in an archive; bytes of all of them


@dataclass(frozen=True)
class Photo:
    """What a camera wrote: when (aware datetime or None) and where (degrees or None)."""

    taken_at: datetime.datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


def kind_of(file, unpacked=UNPACKED):
    """Ending and content type of an open file by its content; None where such files are not kept.

    Args:
        file: open and seekable; unpacked: bytes that the members of an archive may declare together.
    Raises: ValidationError for what is of an allowed kind and still refused, with the reason.
    """
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    try:
        if head.startswith(b"%PDF-"):
            return "pdf", "application/pdf"
        if head.startswith(b"PK\x03\x04"):
            return _kind_of_archive(file, unpacked)
        if head.startswith(OLD_OFFICE):
            return _kind_of_old(file.read())
        return _kind_of_image(file)
    finally:
        file.seek(0)


def _refused_macros():
    return ValidationError(_("The file holds macros. Save it without them and send it again."), code="macros")


def _kind_of_archive(file, unpacked):
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = [member.filename.lower() for member in members]
            if len(members) > MEMBERS or sum(member.file_size for member in members) > unpacked:
                raise ValidationError(_("Unpacked, the file is too large to be opened."), code="too_large")
            if any(member.flag_bits & 1 for member in members):
                raise ValidationError(_("The file is locked with a password. Send it without one."), code="locked")
            if any(part in name for name in names for part in MACROS):
                raise _refused_macros()
            if "[content_types].xml" in names:
                if b"macroEnabled" in archive.read("[Content_Types].xml"):
                    raise _refused_macros()
                return next((kind for start, kind in ZIPPED.items() if any(n.startswith(start) for n in names)), None)
            if names[:1] == ["mimetype"]:
                content_type = archive.read("mimetype")[:100].decode("ascii", "replace")
                return (OPEN_KINDS[content_type], content_type) if content_type in OPEN_KINDS else None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, RuntimeError):
        return None
    return None


def _kind_of_old(content):
    """The directory of such a file names its streams in UTF-16."""
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise _refused_macros()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise ValidationError(_("The file is locked with a password. Send it without one."), code="locked")
    return next((kind for name, kind in STREAMS.items() if name.encode("utf-16-le") in content), None)


def _kind_of_image(file):
    try:
        with Image.open(file, formats=list(IMAGES)) as image:
            if image.width * image.height > PIXELS:
                raise ValidationError(_("The picture is too large. Make it smaller and send it again."), code="pixels")
            image.load()
            return IMAGES[image.format]
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None


# ---- Photos ----------------------------------------------------------------------------------


def _degrees(values, reference):
    degrees, minutes, seconds = (Decimal(str(float(value))) for value in values)
    sign = -1 if str(reference).upper() in ("S", "W") else 1
    return (sign * (degrees + minutes / 60 + seconds / 3600)).quantize(Decimal("0.000001"))


def photo_of(image):
    """What the camera wrote into an open image; what cannot be read is left out."""
    exif = image.getexif()
    found = {}
    with suppress(KeyError, ValueError, TypeError, OverflowError):
        text = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal]
        found["taken_at"] = timezone.make_aware(datetime.datetime.strptime(str(text).strip(), "%Y:%m:%d %H:%M:%S"))
    with suppress(KeyError, ValueError, TypeError, ArithmeticError):
        place, tags = exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPS
        latitude = _degrees(place[tags.GPSLatitude], place[tags.GPSLatitudeRef])
        longitude = _degrees(place[tags.GPSLongitude], place[tags.GPSLongitudeRef])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            found |= {"latitude": latitude, "longitude": longitude}
    return Photo(**found)


def without_traces(file, kind):
    """An image without what the camera and its programs wrote into it, and what that was.

    A picture without such notes comes back as it is, byte by byte. Returns: (file, Photo).
    """
    with Image.open(file) as image:
        photo = photo_of(image)
        if not image.getexif() and not NOTES & image.info.keys():
            file.seek(0)
            return file, photo
        upright = ImageOps.exif_transpose(image)
        plain = upright.copy()
        plain.info = {name: upright.info[name] for name in ("icc_profile", "transparency") if name in upright.info}
        content = io.BytesIO()
        plain.save(content, image.format, quality=90, exif=b"", icc_profile=plain.info.get("icc_profile"))
    return SimpleUploadedFile(file.name, content.getvalue(), kind[1]), photo


# ---- The field -------------------------------------------------------------------------------


def clean_file_name(name, ending):
    """A name to show and to download under: no path, no control characters, the ending of its content."""
    stem = PurePosixPath(clean_text(name).replace("\\", "/")).stem
    stem = re.sub(r'[<>:"/|?*\x00]+', " ", stem).strip(" .")[:120] or "document"
    return f"{stem}.{ending}"


class DocumentFileField(forms.FileField):
    """A file of an allowed kind, up to the limit; the cleaned file carries `kind`, `sha256`, `shown_name`, `photo`."""

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"data-photos": "", "accept": ACCEPTED}

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if not file or file is initial:
            return file
        limit = settings.DOCUMENT_LIMIT_MB
        if file.size > limit * 2**20:
            raise ValidationError(_("The file is larger than %(limit)d MB."), params={"limit": limit}, code="too_large")
        kind = kind_of(file)
        if kind is None:
            raise ValidationError(
                _(
                    "This kind of file is not kept. Use PDF, JPEG, PNG or WebP, a Word, Excel or PowerPoint file, "
                    "or an OpenDocument file."
                ),
                code="kind",
            )
        name, photo = file.name, Photo()
        if kind[1].startswith("image/"):
            file, photo = without_traces(file, kind)
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.kind, file.sha256, file.photo = kind, digest.hexdigest(), photo
        file.shown_name = clean_file_name(name, kind[0])
        return file


class ManyFiles(forms.FileInput):
    """An input in which several files may be chosen."""

    allow_multiple_selected = True


class DocumentFilesField(DocumentFileField):
    """Several such files, as a list; each that is refused is named with its reason."""

    widget = ManyFiles

    def clean(self, data, initial=None):
        files, refused = [file for file in data or [] if file], []
        if len(files) > FILES:
            raise ValidationError(_("Send at most %(count)d files at once."), params={"count": FILES}, code="many")
        for number, file in enumerate(files):
            try:
                files[number] = super().clean(file)
            except ValidationError as error:
                name = clean_file_name(file.name, file.name.rpartition(".")[2][:10])
                refused += [f"{name}: {text}" for text in error.messages]
        if refused:
            raise ValidationError(refused)
        return files

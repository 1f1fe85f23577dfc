"""Files brought in and taken away, against the least that any program needs for the same rows in the same run."""

import io

import xlsxwriter

HEADINGS = (
    "№ п/п",
    "Наименование проекта",
    "Жоба атауы",
    "Project name",
    "Отрасль",
    "Район",
    "Статус",
    "Стадия",
    "Инвестор",
    "Страна инвестора",
    "Начало строительства",
    "Срок ввода в эксплуатацию",
    "Стоимость проекта, млн тенге",
    "Освоено, млн тенге",
    "Постоянные рабочие места",
    "Номер договора",
    "Кадастровый номер",
    "Широта",
    "Долгота",
    "Примечание",
)
INVESTORS = 200


def table(rows):
    """The cells of an office's own table of synthetic projects, its headings first, row by row."""
    from projects.models import Place, Sector, Stage

    places = list(Place.objects.filter(kind="district").values_list("name_ru", flat=True))
    sectors = list(Sector.objects.values_list("name_ru", flat=True))
    stages = list(Stage.objects.filter(is_active=True, needs_date=False).values_list("name_ru", flat=True))
    countries = ("Китай", "Турция", "Германия", "Казахстан")
    yield HEADINGS
    for number in range(1, rows + 1):
        investor = number % INVESTORS
        yield (
            number,
            f"Синтетический проект {number}",
            f"Синтетикалық жоба {number}",
            f"Synthetic project {number}",
            sectors[number % len(sectors)],
            places[number % len(places)],
            "по графику",
            stages[number % len(stages)],
            f"Синтетический инвестор {investor}",
            countries[investor % len(countries)],
            f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.2024",
            f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.2027",
            1000 + number % 900 + 0.5,
            10 + number % 90,
            number % 300 + 1,
            f"S-{number}",
            f"08:{number % 1000:03d}:{number % 977:03d}",
            50 + number % 1000 / 1000,
            51 + number % 997 / 1000,
            f"Синтетическое примечание к строке {number}",
        )


def workbook(rows):
    """The table as an XLSX file, in bytes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("Лист")
    for number, cells in enumerate(table(rows)):
        sheet.write_row(number, 0, cells)
    book.close()
    return file.getvalue()

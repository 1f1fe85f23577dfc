"""Tables as offices really send them, with synthetic names: ten shapes."""

import datetime
from dataclasses import dataclass, field

A, B = "Синтетический завод «Альфа»", "Синтетическая теплица «Бета»"


@dataclass
class Shape:
    """rows of the sheet; targets that are recognised, in the order of the columns; questions that remain; records."""

    rows: list
    targets: list
    questions: list = field(default_factory=list)
    names: list = field(default_factory=lambda: [A, B])
    amounts: list = field(default_factory=list)
    left_out: int = 0


SHAPES = {
    "title, scale and day above, numbered columns, totals": Shape(
        [
            ["Перечень инвестиционных проектов по состоянию на 1 октября 2025 года", None, None, None, None],
            [None, None, None, None, "млн тенге"],
            ["№ п/п", "Наименование проекта", "Район", "Инвестор", "Стоимость проекта"],
            [1, 2, 3, 4, 5],
            [1, A, "Бәйтерек", "ТОО «Синтетика Запад»", "1 234,5"],
            [2, B, "г. Уральск", "н/д", "-"],
            ["Итого", None, None, None, "1 234,5"],
        ],
        ["ignore", "projects.name_ru", "projects.place", "investor.name", "amounts.announced"],
        amounts=[("announced", "1234500000", "KZT", "eq", "2025-10-01")],
        left_out=1,
    ),
    "two rows of headings with groups": Shape(
        [
            ["Наименование проекта", "Объем инвестиций, млн. тенге", None, "Рабочие места", None],
            [None, "всего по проекту", "освоено на 01.07.2025", "постоянные", "временные"],
            [A, 500, 120.25, 45, 100],
            [B, "свыше 30", "н/д", 7, None],
        ],
        [
            "projects.name_ru",
            "amounts.announced",
            "amounts.disbursed",
            "observations.jobs_permanent",
            "observations.jobs_temporary",
        ],
        ["as_of"],
        amounts=[
            ("announced", "500000000", "KZT", "eq", "2025-11-01"),
            ("disbursed", "120250000", "KZT", "eq", "2025-07-01"),
            ("announced", "30000000", "KZT", "gt", "2025-11-01"),
        ],
    ),
    "Kazakh": Shape(
        [
            ["Инвестициялық жобалардың тізбесі"],
            [
                "р/с",
                "Жобаның атауы",
                "Аудан",
                "Инвестор",
                "Жобаның құны, млрд теңге",
                "Қуаты, МВт",
                "Іске қосу мерзімі",
            ],
            [1, "Синтетикалық стансы", "Бөрлі ауданы", "«Синтетика» ЖШС", "12,5", 34, "2027 жылғы IV тоқсан"],
            [2, "Синтетикалық зауыт", "Орал қ.", None, "134 млрд теңгеден астам", None, "2026 ж."],
            ["Барлығы", None, None, None, 146.5, 34, None],
        ],
        [
            "ignore",
            "projects.name_kk",
            "projects.place",
            "investor.name",
            "amounts.announced",
            "observations.capacity_electric",
            "projects.planned_end_on",
        ],
        ["as_of"],
        names=["Синтетикалық стансы", "Синтетикалық зауыт"],
        amounts=[
            ("announced", "12500000000", "KZT", "eq", "2025-11-01"),
            ("announced", "134000000000", "KZT", "gt", "2025-11-01"),
        ],
        left_out=1,
    ),
    "English, dollars": Shape(
        [
            ["Project name", "Investor", "Country", "Investment, mln USD", "Jobs", "Start date", "Completion"],
            ["Synthetic plant", "Synthetic Holding", "China", 30, 120, "Q1 2026", "October 15, 2027"],
            ["Synthetic terminal", "Synthetic Logistics", "Türkiye", "up to 5.5", "about 20", None, "2028"],
            ["Total", None, None, 35.5, 140, None, None],
        ],
        [
            "projects.name_en",
            "investor.name",
            "investor.country",
            "amounts.announced",
            "observations.jobs_permanent",
            "projects.planned_start_on",
            "projects.planned_end_on",
        ],
        ["as_of"],
        names=["Synthetic plant", "Synthetic terminal"],
        amounts=[
            ("announced", "30000000", "USD", "eq", "2025-11-01"),
            ("announced", "5500000", "USD", "le", "2025-11-01"),
        ],
        left_out=1,
    ),
    "Chinese, ten thousands of yuan": Shape(
        [
            ["项目清单（截至2025年9月30日）", None, None, None],
            ["序号", "项目名称", "投资方", "总投资（万元）"],
            [1, "合成工厂", "合成集团", 1200],
            [2, "合成电站", "合成能源", "约1.2亿元"],
            ["合计", None, None, None],
        ],
        ["ignore", "projects.name_zh_hans", "investor.name", "amounts.announced"],
        names=["合成工厂", "合成电站"],
        amounts=[
            ("announced", "12000000", "CNY", "eq", "2025-09-30"),
            ("announced", "120000000", "CNY", "approx", "2025-09-30"),
        ],
        left_out=1,
    ),
    "sections and a signature": Shape(
        [
            ["Проект", "Отрасль", "Сумма, тыс. тг", "Статус"],
            ["Сельское хозяйство", None, None, None],
            [None, None, None, None],
            [A, "Сельское хозяйство", "2 500 000", None],
            [B, "Энергетика", "1\u00a0000", None],
            ["Исполнитель: отдел инвестиций", None, None, None],
        ],
        ["projects.name_ru", "projects.main_sector", "amounts.announced", "ignore"],
        ["as_of"],
        amounts=[
            ("announced", "2500000000", "KZT", "eq", "2025-11-01"),
            ("announced", "1000000", "KZT", "eq", "2025-11-01"),
        ],
        left_out=2,
    ),
    "neither scale nor currency": Shape(
        [["Название проекта", "Сумма инвестиций", "Дата начала"], [A, 134, 45945], [B, "2,5", "15 октября 2025 г."]],
        ["projects.name_ru", "amounts.announced", "projects.planned_start_on"],
        ["scale", "currency", "as_of"],
        amounts=[
            ("announced", "134000000", "KZT", "eq", "2025-11-01"),
            ("announced", "2500000", "KZT", "eq", "2025-11-01"),
        ],
    ),
    "currency and day in columns": Shape(
        [
            ["Код проекта", "Наименование", "По договору", "Валюта", "По состоянию на"],
            ["SYN-1", A, "1 000 000", "USD", datetime.date(2025, 3, 31)],
            ["SYN-2", B, "20 млн юаней", None, "III квартал 2025"],
        ],
        ["projects.reference", "projects.name_ru", "amounts.committed", "amounts.currency", "figures.as_of"],
        ["scale"],
        amounts=[
            ("committed", "1000000000000", "USD", "eq", "2025-03-31"),
            ("committed", "20000000", "CNY", "eq", "2025-09-30"),
        ],
    ),
    "one sum for each year": Shape(
        [
            ["Наименование проекта", "Срок реализации", "Освоено, млрд тенге", None],
            [None, None, "2023 год", "2024 год"],
            [A, "2023-2026 гг.", 1, 2.5],
            [B, "03.2024 – 12.2026", None, 0],
        ],
        ["projects.name_ru", "projects.period", "amounts.disbursed", "amounts.disbursed"],
        amounts=[
            ("disbursed", "1000000000", "KZT", "eq", "2023-12-31"),
            ("disbursed", "2500000000", "KZT", "eq", "2024-12-31"),
        ],
        left_out=1,
    ),
    "columns to the right, code of the body": Shape(
        [
            [],
            [None, None, "Наименование проекта", "БИН", "Инициатор", "Стадия проекта", "Площадь, тыс. га", "Прочее"],
            [None, None, A, "000000000000", "ТОО «Синтетика»", "Строительно-монтажные работы", "0,5", "x"],
            [None, None, B, None, None, None, "20 га", None],
        ],
        [
            "ignore",
            "ignore",
            "projects.name_ru",
            "investor.bin",
            "investor.name",
            "stages.stage",
            "observations.area",
            "ignore",
        ],
        ["as_of"],
    ),
}

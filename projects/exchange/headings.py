"""What the headings of an office's own table mean: the fields they may fill, and how offices call them.

Headings are compared folded (Kazakh, Russian and Latin spellings alike), by the beginnings of words: «Наименование
инвестиционного проекта» has «наимен проект». The phrase that covers most of a heading wins.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from django.utils.translation import override

from projects.exchange.phrases import IDEOGRAPH, tidy
from projects.exchange.rows import FIELDS, LANGUAGES, NOUNS
from projects.forms.fields import SCALE_WORDS
from projects.models import Metric
from projects.models.choices import AmountKind, PartyRole
from projects.models.functions import fold

SURE, LIKELY, LEAST = 1.0, 0.95, 0.45
ALIKE = 0.86  # of the letters of a heading, for a slip of the pen
LONG = 150  # characters: a heading is no paragraph

# key of a target -> phrases, each a few beginnings of words that must all be there.
PHRASES = {
    "projects.reference": "номер проект|код проект|рег номер|жоба номер|жоба код|reference|project code|project id|"
    "code|项目编号|项目代码",
    "projects.name_ru": "наимен проект|назван проект|проект|наимен инвест проект|наименован|назван",
    "projects.name_kk": "жоба атау|жобан атау|жоба|атау|инвест жоба атау|наимен проект казах|наимен каз",
    "projects.name_en": "project name|name project|title project|project title|project|name|title|наимен проект англ",
    "projects.name_zh_hans": "项目名称|项目|名称|наимен проект китай",
    "projects.programme": "программ|бағдарлама|programme|program|规划|计划项目",
    "projects.main_sector": "отрасл|сектор|сфера|направлен|вид деятел|сала|қызмет сала|sector|industry|行业|领域|产业",
    "projects.place": "район|город|место|местополож|адрес|регион|локац|место реализ|орналас|аудан|қала|аумақ|"
    "мекенжай|location|district|place|region|site|地点|地区|所在地|位置|区",
    "projects.status": "статус|ход реализ статус|мәртебе|жай күй|status|状态",
    "projects.status_reason": "причин|проблем|проблем вопрос|вопросы треб|себеп|мәселе|reason|problem|issues|问题|原因",
    "projects.planned_start_on": "начал|дата начал|срок начал|начал строит|начал реализ|план начал|басталу|"
    "басталу мерзім|басталу күн|start|start date|planned start|开工|开始|启动|计划开工",
    "projects.planned_end_on": "оконч|заверш|дата оконч|срок заверш|срок оконч|срок ввод|ввод эксплуат|дата ввод|"
    "срок реализ|срок сдач|план ввод|аяқталу|аяқталу мерзім|іске қос мерзім|пайдалан беру мерзім|"
    "end date|completion|planned end|finish|deadline|竣工|完工|结束|投产|计划竣工|建成",
    "projects.period": "период реализ|срок реализ период|годы реализ|год реализ|период|іске асыру кезең|"
    "іске асыру мерзім|жүзеге асыру мерзім|implementation period|period|years|建设周期|建设期|实施期|起止",
    "projects.started_on": "факт начал|фактич начал|нақты басталу|actual start|实际开工",
    "projects.commissioned_on": "факт ввод|фактич ввод|введен эксплуат|нақты іске қос|commissioned|actual completion|"
    "实际竣工|实际投产",
    "projects.announced_on": "дата объявл|объявлен|жариялан күн|announced on|date announced|宣布日期",
    "projects.contract_number": "номер договор|договор номер|контракт номер|шарт нөмір|contract number|合同编号",
    "projects.cadastral_number": "кадастр|cadastral|地籍",
    "projects.latitude": "широт|ендік|latitude|纬度",
    "projects.longitude": "долгот|бойлық|longitude|经度",
    "projects.description_ru": "описан|описан проект|краткое описан|характерист|суть проект|примечан|комментар|"
    "текущ состоян|ход реализ",
    "projects.description_kk": "сипаттама|жоба сипаттама|қысқаша сипат|ескерт|ағымдағы жағдай",
    "projects.description_en": "description|project description|summary|comment|remarks|note",
    "projects.description_zh_hans": "项目简介|简介|描述|说明|内容|建设内容|备注",
    "stages.stage": "стад|этап|стад проект|кезең|жоба кезең|stage|phase|阶段|进度阶段",
    "investor.name": "инвестор|наимен инвестор|назван инвестор|инициатор|заявител|компан|предприят|наимен компан|"
    "наимен предприят|иностран инвестор|инвестор атау|бастамашы|компания атау|кәсіпорын|investor|"
    "investor name|company|initiator|投资方|投资者|投资商|投资企业|企业名称|公司|投资人|业主",
    "investor.bin": "бин|бин инвестор|бин компан|бсн|bin",
    "investor.uscc": "uscc|credit code|统一社会信用代码|信用代码|ускк|кредитный код",
    "investor.country": "стран|страна инвестор|страна происхож|ел|инвестор ел|country|country investor|国家|国别|"
    "投资国",
    "implementer.name": "исполнител|оператор|застройщик|исполнит проект|орындаушы|іске асырушы|implementer|operator|"
    "implementing|实施单位|承建|建设单位",
    "implementer.bin": "бин исполнит|бин оператор",
    "amounts.announced": "стоимост|сумм|стоимост проект|сумм инвест|объем инвест|общ стоимост|обьем инвест|инвестиц|"
    "заявлен|план инвест|размер инвест|жоба құн|құн|инвестиция көлем|инвестиция сома|сома|investment|amount|"
    "project cost|total cost|cost|budget|announced|investment amount|total investment|总投资|投资额|投资总额|金额|"
    "计划投资|宣布金额",
    "amounts.committed": "по договор|законтракт|договор сумм|сумм договор|шарт сома|келісімшарт сома|committed|"
    "contracted|contract amount|合同金额|合同额|签约金额",
    "amounts.disbursed": "освоен|освоен факт|факт инвест|вложен|инвестирован|профинанс|освоен сумм|игеріл|"
    "игерілген сома|нақты инвест|disbursed|spent|utilised|invested|paid|已到位|到位资金|已投资|完成投资|实际投资",
    "amounts.currency": "валют|currency|币种|货币",
    "figures.as_of": "по состоян|на дату|дата данных|отчетн дата|жағдай бойынша|as of|data date|截至|统计日期",
    "observations.capacity_electric": "мощност|установлен мощност|электр мощност|қуат|белгілен қуат|capacity|"
    "installed capacity|装机容量|装机|产能|容量",
    "observations.output": "выпуск|произв мощност|объем производ|өндіріс көлем|өнім шығару|output|production|产量|"
    "年产量|生产能力",
    "observations.jobs_permanent": "рабоч мест|постоян рабоч мест|колич рабоч мест|числен работ|создан рабоч мест|"
    "жұмыс орын|тұрақты жұмыс орын|jobs|permanent jobs|workplaces|employment|就业|岗位|就业岗位|固定岗位|就业人数",
    "observations.jobs_temporary": "времен рабоч мест|рабоч мест период строит|уақытша жұмыс орын|temporary jobs|"
    "临时岗位",
    "observations.area": "площад участ|земел участ площад|площад|жер учаске аудан|жер көлем|site area|area|land area|"
    "用地面积|占地面积|占地",
    "observations.physical_progress": "физич готовн|готовн|процент выполн|степен готовн|орындалу пайыз|дайындық|"
    "physical progress|progress|readiness|形象进度|工程进度|进度",
    "observations.financial_progress": "финанс освоен|процент освоен|освоен процент|игерілу пайыз|financial progress|"
    "资金完成率",
    "ignore": "п п|№|номер п п|рет саны|р с|no|s n|序号|编号序",
}
# Words that turn the meaning of a heading: it is not what the rest of it would say.
NOT = {
    "projects.reference": ["postal", "zip", "country", "credit", "oked", "kato", "currency", "sector"],
    "amounts.announced": ["стран", "country", "国", "источник", "source", "дата"],
    "investor.name": ["стран", "бин", "country", "номер", "тел", "контакт", "phone"],
    "projects.place": ["рабоч", "инвестор"],
    "projects.name_ru": ["инвестор", "компан", "стоим", "стад", "готовн", "статус"],
    "observations.capacity_electric": ["потреб", "тепл"],
}
_NOT = {key: [fold(word) for word in words] for key, words in NOT.items()}
ROLES = {"investor": PartyRole.INVESTOR, "implementer": PartyRole.IMPLEMENTER}
_SCALE_WORDS = {fold(word) for words in SCALE_WORDS.values() for word in words if not IDEOGRAPH.search(word)}
_CHINESE_SCALES = re.compile(r"[（(]?\s*(?:单位[:：])?\s*[万亿千百]+(?:元|美元|坚戈|欧元)\s*[)）]?")


@dataclass(frozen=True)
class Target:
    """What a column may fill. kind: text, date, period, number (money and measures), code, ignore."""

    key: str
    label: str
    kind: str

    @property
    def is_money(self):
        return self.key in MONEY

    @property
    def is_figure(self):
        return self.kind == "number" and not self.key.startswith("projects.")


MONEY = {f"amounts.{kind}": kind for kind in AmountKind.values}
NAMED = {"projects.reference", *(f"projects.name_{code.replace('-', '_')}" for code in LANGUAGES)}


def targets():
    """key -> Target, in the order in which they are offered, with labels in the reader's language."""
    found = [Target("ignore", _("leave out"), "ignore")]
    for name, field in FIELDS["projects"].items():
        kind = field.kind if field.kind in ("date", "number") else "text"
        found.append(Target(f"projects.{name}", field.label, kind))
    found.append(Target("projects.period", _("planned start and end in one"), "period"))
    found.append(Target("stages.stage", FIELDS["stages"]["stage"].label, "text"))
    organisation = {name: FIELDS["organisations"][name].label for name in ("bin", "uscc", "country")}
    for role, value in ROLES.items():
        found.append(Target(f"{role}.name", _("%(role)s: name") % {"role": value.label}, "text"))
        for name, label in organisation.items():
            text = _("%(role)s: %(field)s") % {"role": value.label, "field": label}
            found.append(Target(f"{role}.{name}", text, "text"))
    for key, kind in MONEY.items():
        text = _("%(noun)s: %(field)s")
        label = text % {"noun": NOUNS["amounts"].model._meta.verbose_name, "field": AmountKind(kind).label}
        found.append(Target(key, str(label), "number"))
    found.append(Target("amounts.currency", FIELDS["amounts"]["currency"].label, "text"))
    found.append(Target("figures.as_of", FIELDS["amounts"]["as_of"].label, "date"))
    found += [
        Target(f"observations.{metric.pk}", metric.name, "number") for metric in Metric.objects.filter(is_active=True)
    ]
    return {target.key: target for target in found}


def _words(heading):
    """The folded words of a heading without scale words, units in brackets and punctuation."""
    text = _CHINESE_SCALES.sub(" ", tidy(heading))
    words = re.findall(r"[^\W_]+|№", fold(text))
    return [word for word in words if word not in _SCALE_WORDS]


class Recognition:
    """Recognises headings; built once for a file, because measures and their names are rows of the register."""

    def __init__(self):
        self.phrases, self.chinese = defaultdict(list), []  # by the first letter of the first stem
        for key, phrases in PHRASES.items():
            for phrase in phrases.split("|"):
                stems = [fold(stem) for stem in phrase.split()]
                if IDEOGRAPH.search(phrase):
                    self.chinese.append((key, stems))
                else:
                    self.phrases[stems[0][0]].append((key, stems))
        self.labels = {}
        for code in LANGUAGES:
            with override(code):
                for key, target in targets().items():
                    self.labels.setdefault(" ".join(_words(str(target.label))), key)
        for role in ROLES:  # the bare names of these columns belong to the investor
            for name in ("bin", "uscc", "country"):
                for label in FIELDS["organisations"][name].labels.values():
                    self.labels.setdefault(" ".join(_words(label)), f"{role}.{name}")

        self.letters = {label: _letters(label) for label in self.labels}

    def of(self, heading):
        """The targets that a heading may mean: [(key, confidence from 0 to 1)], the likeliest first."""
        if not heading or len(heading) > LONG:
            return []
        words = _words(heading)
        text = " ".join(words)
        if not text:
            return []
        found = {}
        if text in self.labels:
            found[self.labels[text]] = SURE
        letters = sum(map(len, words))
        initials = dict.fromkeys(word[0] for word in words)
        phrases = [(key, self._covered(words, stems)) for letter in initials for key, stems in self.phrases[letter]]
        if IDEOGRAPH.search(text):
            chinese = ((key, stems) for key, stems in self.chinese if all(stem in text for stem in stems))
            phrases += [(key, sum(map(len, stems))) for key, stems in chinese]
        for key, covered in phrases:
            if covered and not any(word in text for word in _NOT.get(key, ())):
                share = min(1, covered / letters)
                found[key] = max(found.get(key, 0), LEAST + (LIKELY - LEAST) * share)
        if not found:
            compared, own = SequenceMatcher(None, "", text), _letters(text)
            for label, key in self.labels.items():
                both = len(label) + len(text)  # less what is in one of them alone: all that they can have in common
                if both - (own ^ self.letters[label]).bit_count() > ALIKE * both and abs(len(label) - len(text)) < 4:
                    compared.set_seq1(label)
                    if compared.quick_ratio() > ALIKE and compared.ratio() > ALIKE:
                        found[key] = LEAST
        return sorted(found.items(), key=lambda pair: -pair[1])

    @staticmethod
    def _covered(words, stems):
        """How many letters of a heading a phrase accounts for; 0 where it is not in it."""
        covered = 0
        for stem in stems:
            matches = [word for word in words if word.startswith(stem)]
            if not matches or (len(stem) < 3 and stem not in words):
                return 0
            covered += len(matches[0])
        return covered


def _letters(text):
    """The letters of a text as bits: two texts differ in at least as many letters as their bits do."""
    found = 0
    for letter in text:
        found |= 1 << ord(letter) % 256
    return found

"""Which use case the student posts: "(posted)", "I will post #3", "Posted: yes".

A remark counts only if all its words belong to talk about posting, so that "users post (and
share) photos" in a description is no such remark.
"""

from __future__ import annotations

import re

from advisor.homework.forms import labels

THIS = "this"
ORDINALS = {
    word: number
    for number, words in enumerate((
        "one first 1st i", "two second 2nd ii", "three third 3rd iii", "four fourth 4th iv",
        "five fifth 5th v", "six sixth 6th vi", "seven seventh 7th vii", "eight eighth 8th viii",
        "nine ninth 9th ix", "ten tenth 10th x"), start=1)
    for word in words.split()
}
_SPEAKS_WORDS = """
    post posted posting posts share shared sharing publish published publishing forum picked
    pick chosen submitted submit
"""
_SPEAKS = set(_SPEAKS_WORDS.split())
_PLACES = {"forum", "discord", "slack", "maven", "discussion", "board", "thread", "channel"}
_TALK_WORDS = """
    chose choose selected select choosing selecting putting put bring goes go going went this
    that one the my i we'll i'll i'm i've i'd we we'd am will would have has been be being to in
    on into at for it here of from as is are was which course class cohort group public publicly
    with reasoning use case cases usecase uc number no nr # entry idea option item example
    scenario these them above below all five only want like love plan decided intend gonna
    want's what what's who's so far already now today by may june please note also gets about
"""
_TALK = _SPEAKS | _PLACES | set(_TALK_WORDS.split())
# Words without which "share it with the class" may be part of a use case.
_MEANT = {"posted", "posting", "my", "i", "i'll", "i'm", "i've", "i'd", "we", "we'll", "chosen",
          "selected", "pick", "forum", "post"}
_COUNTED = {"number", "case", "#", "no", "entry", "idea", "option", "uc"}
_GETS = {"gets", "is", "will", "goes", "was"}
_DENIED = {"not", "don't", "won't", "never", "none", "neither", "nothing", "isn't", "undecided",
           "haven't", "no_one"}
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:st|nd|rd|th)?|#")
_HAS = re.compile(r"\b(?:post|posted|posting|posts|shar(?:e|ed|ing)|publish\w*|forum|pick(?:ed)?|"
                  r"chosen|submit\w*|discord|slack)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"(\*{1,3}|_{1,2}|~{1,2})[(\[{<]([^()\[\]{}<>]{3,60})[)\]}>]\1|"
                       r"[(\[{<]([^()\[\]{}<>]{3,60})[)\]}>]")
_AFTER_DASH = re.compile(r"\s*(?:<?[-=]+>?|[–—→←⇐⬅↑*~⭐★🌟✅✔☑👉📌👈]|<+-+|\|)+\s*"
                         r"([^-–—→←]{4,60})$")
_CUT = re.compile(r"\s*(?:[:,;–—(]|\s-\s|\b(?:because|since|as it|as the|as this|as i|but)\b)")
_TITLED = re.compile(
    r"(?:\b(?:i|we)(?:['’](?:ll|m|d|ve))?(?: (?:am|will|would|have|want|like|love|plan|chose|"
    r"choose|decided|going|gonna|to))* |^)(?:post|posting|posted|share|sharing|shared)\b"
    r"(?! of\b)\s*(?:is |was |:|–|—|-)?\s*(?P<what>(?:the |my |about )?\S.{2,120}?)"
    r"(?:\s+(?:in|on|to)\s+(?:the |our )?(?:course |class )?"
    r"(?:forum|discord|slack|board|discussion|channel).*)?\W*$", re.IGNORECASE)
_NAMED = re.compile(
    r"^(?:(?:i|we)\b.{0,12}? |going )?(?:choose|chose|pick|picked|select|selected|nominate|go with|"
    r"with) (?P<what>the .{3,80}?) (?:for|to) (?:the |my |our )?(?:course |class )?"
    r"(?:forum|post|posting|discord|slack|discussion)\b.*$|"
    r"^(?P<also>the .{3,60}?) (?:is|will be) (?:what|the one)\b.{0,12}? (?:i['’]m|i am|i['’]ll|"
    r"i will|i['’]d|i) .{0,8}?(?:post|posting|share|sharing)\b.*$", re.IGNORECASE)
_OF_COURSE = re.compile(r"\b(?:forum|course|class|discord|maven|discussion board|use case|idea|one"
                        r"|entry)\b", re.IGNORECASE)
_LABELLED = re.compile(r"^\W*([A-Za-z][A-Za-z ]{2,40}?)\s*[:?]\s*(.*)$", re.DOTALL)
_YES = {"yes", "y", "true", "x", "✓", "✔", "✅", "⭐", "★", "posted", "post", "this", "*", "1.0",
        "ja", "ok", "☑", "🟢", "chosen", "selected", "to post", "this one", "will post"}
_NO = {"", "no", "n", "false", "-", "–", "—", "none", "null", "n/a", "na", "not", "0", "not yet",
       "✗", "✘", "❌", "nan", "undecided", "nein", "not posted", "☐", "0.0", "tbd"}


def remark(sentence: str) -> int | str | None:
    """What a sentence says of posting: a number, ``THIS``, or None if it is about other things."""
    if not _HAS.search(sentence):
        return None
    if (match := _LABELLED.match(sentence)) and labels.label(match[1]) == labels.POSTED:
        held = value(match[2])
        return held if held == THIS or isinstance(held, int) else None
    ends = [len(sentence), *(m.start() for m in _CUT.finditer(sentence))]
    for end in dict.fromkeys(ends):
        if (found := _talk(sentence[:end])) is not None:
            return found
    return None


def speaks(text: str) -> bool:
    """Whether a word of ``text`` may be about posting at all."""
    return _HAS.search(text) is not None


def _talk(text: str) -> int | str | None:
    plain = text.casefold().replace("’", "'")
    words = _TOKEN.findall(plain)
    if not words or len(words) > 24 or re.search(r"post-", plain):
        return None
    if not _SPEAKS & set(words) and not ({"chose", "choose", "selected"} & set(words)
                                         and _PLACES & set(words)):
        return None
    if not _MEANT & set(words) and len(words) > 1 and words[:2] != ["to", "post"]:
        return None
    numbers = []
    for place, word in enumerate(words):
        number = _numbered(words, place)
        if number is not None:
            numbers.append(number)
        elif word in _DENIED or word not in _TALK:
            return None
    named = {n for n in numbers if n <= 20}  # "by May 21" names no use case
    if len(named) > 1:
        named.discard(5)  # "of the five, number 3": the five are all of them
    return THIS if not numbers else named.pop() if len(named) == 1 else None


def _numbered(words: list[str], place: int) -> int | None:
    """The number of the use case that a word names: "3", "third", "c" after "use case"."""
    word, before = words[place], words[place - 1] if place else ""
    if word.rstrip("stndrh").isdigit():
        return int(word.rstrip("stndrh"))
    if word == "last":
        return -1
    if re.fullmatch("[a-h]", word):
        alone = not place and words[1:2] and words[1] in _GETS
        last = before in _SPEAKS and place + 1 == len(words)
        return ord(word) - 96 if alone or last or before in _COUNTED else None
    if word in ("i", "one"):
        return 1 if word == "one" and before in _COUNTED else None
    return ORDINALS.get(word)


def take(text: str) -> tuple[str, int | str | None]:
    """``text`` without remarks on posting, and what they say."""
    if not _HAS.search(text) and "★" not in text and "⭐" not in text:
        return text, None
    said: int | str | None = None
    for match in reversed(list(_BRACKETS.finditer(text))):
        at_edge = match.start() < 6 or not re.search(r"\w", text[match.end() :])
        if not at_edge and (match.start() > 100 or not re.search(r"post(?:ed|ing)", match.group())):
            continue
        if (found := _talk(match[2] or match[3])) is not None:
            text, said = text[: match.start()].rstrip() + " " + text[match.end() :].lstrip(), found
    if (dash := _AFTER_DASH.search(text)) and (found := _talk(dash[1])) is not None:
        text, said = text[: dash.start()], found
    if said is not None:
        text = re.sub(r"[\s–—|←→⭐★🌟✅✔☑👉📌👈-]+$", "", text)
    return text.strip(), said


def value(cell: str) -> int | str | None:
    """What a column or label "posted" holds: a number, ``THIS``, a title, or None for no."""
    plain = cell.strip().strip(".!*_[]() ").casefold()
    if plain in _NO:
        return None
    if plain in _YES:
        return THIS
    if re.fullmatch(r"\d{1,2}(?:\.0)?", plain):
        return int(float(plain))
    if _DENIED & set(_TOKEN.findall(plain)[:2]):
        return None
    if re.match(r"yes\b", plain):
        return THIS
    if (found := _number_at_start(plain)) is not None:
        return found
    if (found2 := _talk("post " + plain)) is not None:
        return found2
    return cell.strip()


def _number_at_start(plain: str) -> int | None:
    match = re.match(r"(?:the )?(?:use[- ]?case|uc|case|number|no\.?|nr\.?|idea|entry|#)?\s*#?\s*"
                     r"(\d{1,2}|[a-z]+)\b(?! \w+ (?:of|in)\b)", plain)
    if not match:
        return None
    word = match.group(1)
    if word.isdigit():
        return int(word)
    return ORDINALS.get(word) if word != "i" else None


def titled(sentence: str) -> str | None:
    """The words by which "I'm posting the contract one" tells the use case; None if none."""
    if len(sentence.split()) > 25:
        return None
    if match := _NAMED.match(sentence):
        return match["what"] or match["also"]
    marked = re.match(r"(?:[-=~]+>|→|⇒)\s*", sentence)
    if marked is None and not _OF_COURSE.search(sentence):
        return None
    match = _TITLED.search(sentence[marked.end() if marked else 0 :])
    return match["what"] if match else None


def best_match(words: str, texts: list[str]) -> int | None:
    """The place of the text that shares most words with ``words``, if one clearly does."""
    wanted = {w[:6] for w in re.findall(r"[a-z0-9]{3,}", words.casefold())} - _COMMON
    if not wanted:
        return None
    shares = [
        len(wanted & {w[:6] for w in re.findall(r"[a-z0-9]{3,}", text.casefold())}) / len(wanted)
        for text in texts
    ]
    ranked = sorted(shares, reverse=True)
    if not ranked or ranked[0] < 0.5 or (len(ranked) > 1 and ranked[1] >= ranked[0]):
        return None
    return shares.index(ranked[0])


_COMMON_WORDS = "the one use case usecase idea my about and for post posted with"
_COMMON = {word[:6] for word in _COMMON_WORDS.split()}

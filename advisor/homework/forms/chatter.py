"""What surrounds the use cases in a submission: greetings, titles, the task itself, a sign-off."""

from __future__ import annotations

import re

_TASK_WORDS = """
    list 5 five llm use cases you personally have or that think are especially interesting
    describe each case in 1-2 1 2 one two sentence sentences then write describing whether is it
    best served with by fine-tuning fine tuning rag prompt engineering some combination post the
    and reasoning behind your approach course forum to a of for maven homework assignment
"""
_TASK = set(_TASK_WORDS.split())
_TASK_START = re.compile(r"^\W*(?:\d\W+)?(?:list (?:five|5)|describe each|then (?:write|describe|"
                         r"say)|write (?:1|one)|post one|picking an llm)", re.IGNORECASE)
_TITLE_WORDS = """
    homework hw week workshop assignment exercise submission llm llms ai use case cases usecase
    usecases five 5 my the our and of for with on in to a reasoning course lesson module day
    part 1 2 3 4 one two answers fine-tuning fine tuning finetuning class when why list ideas
    mastering conference picking an no nr # session unit task from student
"""
_TITLE = set(_TITLE_WORDS.split())
_TITLES = {"homework", "hw", "assignment", "exercise", "submission", "week", "workshop", "cases",
           "usecases", "lesson", "ideas"}
_MANY = r"(?:use[- ]?cases|usecases|homework|submission|assignment|ideas|entries|hw)\b"
_INTRO = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good \w+)\b[^.!:]{0,40}?[,.!]\s*)?(?:so,? |ok,? )?(?:"
    rf"(?:here(?:['’]s| is| are| come| go)|these are|below,? (?:is|are|you|my|find)|(?:please )?"
    rf"find|the following|(?:sharing|submitting) my)\b[^.!?]*\b(?:{_MANY}|list\b)|"
    rf"(?:this is )?my (?:\w+ ){{0,4}}?{_MANY}|"
    rf"i (?:came up with|picked|chose|list|thought of|have)\b[^.!?]*\b{_MANY}|"
    r"(?:below,? )?(?:each|every) use case (?:is|has|comes))[^.!?]{0,80}[.:!]*\s*[🙂😊👇]*$",
    re.IGNORECASE)
_GREETING = re.compile(r"^(?:hi|hello|hey|dear|good (?:morning|evening|day|afternoon))\b"
                       r"[^.?:]{0,50}[,.!:]*\s*[🙂😊👋]*$", re.IGNORECASE)
_SIGN_OFF = re.compile(
    r"^(?:(?:many )?thanks|thank you|thx|cheers|best(?: regards| wishes)?[,.!]*$|best,|"
    r"(?:kind |warm )?regards|sincerely|yours|looking forward|(?:i(?:['’]m| am) )?happy to (?:hear|"
    r"discuss|get|take|receive)|(?:any |your )?(?:feedback|comments)\b.{0,20}\b(?:welcome|"
    r"appreciated)|let me know|curious (?:to|what)|"
    r"hope (?:this|these|that)|that['’]s (?:it|all)|have a (?:nice|great))\b"
    r".{0,120}$|^best[,!]?$", re.IGNORECASE)
_WORD = re.compile(r"[\w#-]+")


def is_task(text: str) -> bool:
    """Whether ``text`` is a line of the homework's own wording."""
    words = _WORD.findall(text.casefold())
    if len(words) < 4 or not _TASK_START.match(text):
        return False
    return sum(w in _TASK for w in words) / len(words) > 0.75


def is_title(text: str) -> bool:
    """Whether ``text`` is a title over all: "Homework 1: five LLM use cases"."""
    words = _WORD.findall(text.casefold())
    return bool(words) and len(words) < 14 and all(w in _TITLE for w in words) \
        and bool(_TITLES & set(words))


def is_opening(text: str) -> bool:
    """Whether ``text`` only greets or announces what follows."""
    return len(text) < 240 and (_INTRO.match(text) or _GREETING.match(text)) is not None


def is_address(text: str) -> bool:
    """Whether ``text`` is a line such as "E-mail: ana@example.org"."""
    address = r"^\W*(?:e-?mail|mail|contact)?\W*\S+@\S+\.\w+\W*$"
    return len(text) < 120 and re.match(address, text, re.IGNORECASE) is not None


def is_sign_off(text: str) -> bool:
    """Whether ``text`` thanks, greets or asks for comments at the end."""
    return len(text) < 200 and _SIGN_OFF.match(text) is not None

"""Checks on a use case's description, and on how long the student's texts are."""

from __future__ import annotations

import re

from advisor.homework.outcome import (
    NOT_APPLICABLE,
    PASSED,
    Check,
    Outcome,
    ReadUseCase,
    Thresholds,
    finding,
)
from advisor.homework.wording import listed, quote

# What a use case makes: verbs in any form, and nouns for what comes out.
_OUTPUT = re.compile(
    r"""\b(?:summar\w+|classif\w+|categori[sz]\w*|label\w*|tag|tags|tagging|rout(?:e|es|ed|ing)
    |sort\w*|triag\w+|answer\w*|repl(?:y|ies|ying)|respon[ds]\w*|draft\w*|writ(?:e|es|ing|ten)
    |generat\w+|creat(?:e|es|ing)|produc(?:e|es|ing)|compos\w+|translat\w+|convert\w*|extract\w*
    |pull\w*|detect\w*|flag\w*|find(?:s|ing)?|recommend\w*|suggest\w*|predict\w*|estimat\w+
    |scor\w+|grad(?:e|es|ing)|rank\w*|rewrit\w+|rephras\w+|paraphras\w+|explain\w*|return\w*
    |turn(?:s|ed|ing)?|transform\w*|fill\w*|assign\w*|match\w*|identif\w+|moderat\w+|transcri\w+
    |simplif\w+|correct\w*|complet\w+|plan(?:s|ning)?|book(?:s|ing)|schedul\w+|tutor\w*|teach\w*
    |quiz\w*|outline\w*|review(?:s|ing)|check(?:s|ing)?|highlight\w*|compar(?:e|es|ing)|pick\w*
    |choos\w+|decid\w+|tell(?:s|ing)?|giv(?:e|es|ing)|show(?:s|ing)?|search\w*|look(?:s|ing)?\ up
    |retriev\w+|point\w*\ (?:to|out)|map(?:s|ped|ping)?|cod(?:e|es|ing)|annotat\w+|redact\w*
    |mask\w*|normali[sz]\w+|clean(?:s|ing)?|structur\w+|diagnos\w+|analy[sz]\w+|report(?:s|ing)?
    |alert\w*|read\ (?:out|aloud)|caption\w*|describ\w+|speak\w*|call(?:s|ing)?\ (?:the|our|an?)
    |into|to\ json|decision|verdict|forecast\w*|group\w*|cluster\w*|merg\w+|dedup\w+|audit\w*
    |propos\w+|interpret\w*|quot(?:e|es|ing)|cit(?:e|es|ing)|judg\w+|prepar\w+|list(?:s|ing)?
    |spot(?:s|ting)?|screen\w*|verif\w+|assess\w*|evaluat\w+|updat(?:e|es|ing)|build(?:s|ing)?
    |asks?|asked|asking|knows?|say|says|shown?|told|expects?|comes?\ (?:out|back)|bullets?|columns?
    |mak(?:e|es|ing)|deliver\w*|output\w*|render\w*|invent\w*|Q\s?&\s?A)\b""",
    re.IGNORECASE | re.VERBOSE)
# What a use case works on.
_INPUT = re.compile(
    r"""\b(?:e-?mails?|mails?|tickets?|questions?|quer(?:y|ies)|documents?|docs?|pdfs?|articles?
    |papers?|transcripts?|recordings?|calls?|notes?|reports?|contracts?|clauses?|reviews?
    |comments?|messages?|chats?|conversations?|logs?|records?|code|repos?(?:itor(?:y|ies))?
    |images?|photos?|pictures?|scans?|invoices?|receipts?|resumes?|résumés?|cvs?|descriptions?
    |posts?|tweets?|news|texts?|data(?:sets?|bases?)?|tables?|spreadsheets?|catalog(?:ue)?s?
    |manuals?|polic(?:y|ies)|guidelines?|regulations?|laws?|knowledge\ bases?|wikis?|corpus|corpora
    |judg(?:e)?ments?|rulings?|claims?|forms?|surveys?|feedback|complaints?|symptoms?|findings?
    |results?|requests?|speech|audio|videos?|websites?|urls?|pages?|menus?|recipes?|products?
    |listings?|ads?|essays?|homework|assignments?|books?|chapters?|lectures?|sensors?|readings?
    |alerts?|incidents?|bugs?|issues?|pull\ requests?|diffs?|commits?|schemas?|sql|filings?
    |statements?|transactions?|orders?|histor(?:y|ies)|stories|story|abstracts?|passages?
    |sentences?|paragraphs?|words?|names?|titles?|headlines?|keywords?|topics?|files?|slides?
    |minutes|meetings?|interviews?|letters?|bills?|prescriptions?|charts?|metrics|measurements?
    |specs?|specifications?|requirements?|drawings?|labels?|codes?|entries|applications?
    |profiles?|preferences?|instructions?|commands?|bullet\ points?|keystrokes|faqs?|archives?
    |dialogues?|utterances?|inputs?|scripts?|lines?|lists?|quotes?|offers?|tenders?|patents?
    |standards?|procedures?|samples?|sequences?|molecules?|genes?|materials?|syllab(?:us|i)
    |exercises?|problems?|exams?|answers?|intents?|parcels?|shipments?|fields?|deliveries
    |given|asks?|asked|asking|types?\ in|enters?|uploads?|pastes?|describes?|says|speaks?)\b""",
    re.IGNORECASE | re.VERBOSE)
LONG = 18  # words from which a text tells a person more than these words can
_ANYTHING = re.compile(
    r"\b(?:any ?thing|every ?thing|any (?:question|topic|task|request)|all (?:kinds|sorts|types) "
    r"of (?:questions|tasks|requests|things)|whatever (?:they|you|people|users|we)|"
    r"general[- ]purpose (?:assistant|chat ?bot|agent|ai)|do it all|ask me anything)\b",
    re.IGNORECASE)


def word_count(text: str) -> int:
    return len(text.split())


def length(used: ReadUseCase, limits: Thresholds) -> Outcome:
    return NOT_APPLICABLE if used.empty else _length(used.entry.description, "description", limits)


def reasoning_length(used: ReadUseCase, limits: Thresholds) -> Outcome:
    return NOT_APPLICABLE if used.empty else _length(used.entry.reasoning, "reasoning", limits)


def _length(text: str, what: str, limits: Thresholds) -> Outcome:
    n = word_count(text)
    least, most = int(limits["least_words"]), int(limits["most_words"])
    if n == 0:
        return finding(f"There is no {what} yet. One or two sentences are enough.")
    if n < least:
        return finding(f"The {what} {quote(text)} has {n} word{'s' * (n > 1)}; a reader who does "
                       "not know your field needs a full sentence or two to follow it.")
    if n > most:
        return finding(f"The {what} that begins {quote(text, 60)} runs to {n:,} words. One or two "
                       f"sentences, up to about {most} words, make the point stand out: keep "
                       "what decides the approach.")
    return PASSED


def in_and_out(used: ReadUseCase, _: Thresholds) -> Outcome:
    text = used.entry.description
    if word_count(text) < 2 or not used.readable:
        return NOT_APPLICABLE
    missing = [what for what, pattern in (("what goes in", _INPUT), ("what comes out", _OUTPUT))
               if not pattern.search(text[:4_000])]
    if not missing or (len(missing) == 1 and word_count(text) >= LONG):
        return PASSED
    return finding(f"From {quote(text)} a reader cannot tell {listed(missing)}. For example: "
                   "“given a customer's e-mail, draft a reply that an agent corrects”.")


def scope(used: ReadUseCase, limits: Thresholds) -> Outcome:
    if used.opinion is None or not used.readable:
        return NOT_APPLICABLE
    phrase = _ANYTHING.search(used.entry.description[:4_000])
    if phrase is None and used.opinion.believed("broad_scope", "yes") <= limits["sure_from"]:
        return PASSED
    if "broad_scope" in used.reasoning.criteria:
        return PASSED  # the student has seen it
    words = phrase.group() if phrase else used.entry.description
    return finding(f"{quote(words)} is a wide field: what can be asked without bounds can hardly "
                   "be measured or improved. Choose the one kind of request that matters most "
                   "and describe that.")


def readable(used: ReadUseCase, _: Thresholds) -> Outcome:
    if used.opinion is None:
        return NOT_APPLICABLE
    if used.readable:
        return PASSED
    return finding(f"Few words of {quote(used.entry.description, 60)} could be read here: only "
                   "English is. What is said about this use case may be off, so take it lightly "
                   "and ask your instructor, or add a description in plain English.")


CHECKS = (
    Check("HW002", "Length of the description",
          "The homework asks for one or two sentences: enough to judge by, short enough to "
          "discuss.",
          "Say who needs it, what goes in, what should come out, and what makes it hard.",
          use_case=length),
    Check("HW003", "Length of the reasoning",
          "One or two sentences on the approach make a claim that others can agree with or "
          "challenge.",
          "Name the approach and the one or two facts about the use case that decide it.",
          use_case=reasoning_length),
    Check("HW004", "What goes in and what comes out",
          "The approach follows from the pairs of input and output: without them nobody can judge "
          "examples, format or how narrow the task is.",
          "Name one input and the output that you would want for it.", use_case=in_and_out),
    Check("HW011", "The scope",
          "People ask for a chatbot that does everything; its surface is so large that nothing "
          "can be measured or improved, and users expect all of it to work.",
          "Split it into narrow use cases, take the most valuable one, and say what is left out.",
          use_case=scope),
    Check("HW017", "The language",
          "The reviewer has learned from English texts only and says so where it cannot read.",
          "Nothing is wrong with another language; ask a person to look at this one.",
          source="this reviewer's own limits", use_case=readable),
)

"""Which criteria a text invokes: the words that speak for each, and the features that weigh them.

An absence invokes a criterion as well: "no examples" is a reason about examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from advisor.homework.mentions import MOST_READ, Marked, runs

CRITERIA = (
    "freshness", "private_knowledge", "citations", "style_or_format", "narrow_task",
    "examples_available", "latency_or_cost", "privacy", "evals", "start_simple",
    "operational_complexity", "broad_scope", "preference", "tools",
)
_TIME = r"(?:second|minute|hour|day|night|week|month|quarter|semester|season|year|release|time)s?"
_THING = r"""(?:document|doc|file|archive|database|wiki|intranet|manual|record|catalogue|catalog|polic(?:y|ies)|
    rule|page|note|article|report|letter|log|system|list|library|collection|knowledge|guideline|material)s?"""
_EXAMPLE = r"""(?:examples?|samples?|pairs|labels?|labell?ed|annotat\w+|training\ data|data\ ?sets?|transcripts?
    |tickets?|corrections|records|rows|history|archive)"""
# Of each criterion, phrases that nearly settle it and phrases that point to it.
_PHRASES: dict[str, tuple[str, ...]] = {
    "freshness": (
        rf"""chang(?:e|es|ed|ing)\ (?:\w+\ ){{0,2}}(?:often|daily|weekly|monthly|hourly|yearly|constantly|all|every|each|by|per
            |from)|up[- ]to[- ](?:date|the)|outdated|out\ of\ date|stale|fresh(?:ness)?|real[- ]?time|latest|most\ recent
            |(?:updat|amend|revis|refresh|renew)\w*|(?:new|different)\ (?:\w+\ )?(?:every|each|for\ each|daily|weekly)
            |(?:daily|weekly|monthly|hourly|nightly)|never\ changes?|(?:don't|doesn't|do\ not|does\ not|haven't|hasn't)\ change
            |unchanged|(?:mostly|are|is)\ (?:static|stable)|last\ (?:night|minute)'?s?|cut-?off""",
        rf"""chang(?:e|es|ed|ing)|current(?!ly)|today'?s?|yesterday'?s?|tomorrow|this\ morning|live|moves?|rotates?|recent|news
            |(?:every|each|per|by\ the|within)\ (?:few\ |other\ )?{_TIME}|re-?index\w*|retrain\w*|as\ of\ now|weather|prices""",
    ),
    "private_knowledge": (
        rf"""internal|private|proprietary|in-house|intranet|confluence|notion|sharepoint|unpublished|our\ own|belongs?\ to\ us
            |(?:not|n't|nowhere|never)\ (?:\w+\ ){{0,3}}(?:public|internet|web|online|training\ data|any\ model)|\bours\b
            |(?:only|just)\ (?:we|ours|us|in|on|the|known|with|our)\b|(?:doesn't|don't|can't|cannot|does\ not|not)\ know
            |no\ (?:llm|model)\ (?:has|knows)|(?:have|has)n't\ seen|unknown|mine|(?:public|general)\ knowledge|knows?\ (?:it|them|all)
            |already\ knows?|nobody\ else""",
        rf"""(?:our|my|their|her|his|the\ (?:company|office|museum|city|club|firm|hospital)'?s?)\ (?:\w+\ ){{0,2}}{_THING}
            |archives?|knowledge|fits?|in\ the\ (?:input|prompt|context)|\d[\d,.]*k?\ (?:pages|documents|docs|pdfs|articles|manuals)""",
    ),
    "citations": (
        r"""cit(?:e|es|ed|ing|ations?)|sources?|footnot\w+|trac(?:e|ed|eable|eability)|(?:page|clause|file|section|article|verse)
            \ (?:number|ref)\w*|references?|quot(?:e|es|ed|ing)|links?\ (?:to|per|for)|with\ links?|verif(?:y|iable|ied)|evidence
            |provenance|where\ (?:it|an\ answer|each|the\ answer|that|this)\ (?:\w+\ )?(?:comes?|is\ written|stands)|shelf\ mark""",
        r"""show\w*\ (?:the|which|where|an?)|paragraphs?|links?|exact|page|check(?:ed|able)?|clause|click\w*|prove|point(?:er|s)?\ to""",
    ),
    "style_or_format": (
        r"""styles?|tone|voice|format(?:s|ted)?|wording|house[- ]?(?:style|format)?|templates?|persona|manner|phras\w+|schema|structure[ds]?
            |sounds?\ like|speaks?\ like|writes?\ like|dialect|idioms?|conventions?|syntax|notation|layout|diction|terminology|jargon|genre
            |register|xml|dsl|how\ (?:we|it|they|he|she|our\ \w+)\ (?:writes?|talks?|speaks?|answers?|phrase)|the\ way\ (?:we|our|the|it|she|he)""",
        r"""bespoke|consistent(?:ly)?|character|plain\ language|friendly|rigid|strict|form|short|official|bland|robotic|humou?r|metre|brand""",
    ),
    "narrow_task": (
        r"""narrow(?:er|est)?|(?:single|one|same|specific|well-?\ ?(?:defined|bounded|delimited|posed)|closed|limited|focus(?:s)?ed|tiny|repetitive
            |clearly\ delimited|bounded|particular)\ (?:\w+\ )?(?:task|job|thing|problem|decision|question|mapping|label|list|set|number|word|scale|domain)
            |binary|yes/no|yes\ or\ no|fixed\ (?:set|list|categor\w+|schema)|only\ (?:one|a\ single)|(?:categories|labels|classes|intents|queues)\ (?:are|is)\ (?:fixed|closed)
            |always\ the\ same|one\ (?:label|code|number|answer|out\ of|word|concept)|text\ in|numbers?\ out|nothing\ else|just\ (?:one|this)""",
        r"""classif\w+|single|fixed|specific|closed|bounded|\d+\ (?:classes|categories|codes|types|labels|topics)|mapping""",
    ),
    "examples_available": (
        rf"""\d[\d.,]*\ ?(?:k|m|thousand|million)?\+?\ (?:[\w-]+\ ){{0,3}}(?:{_EXAMPLE}|examples?|emails?|mails|letters|replies|answers|chats|notes|reports|reviews
            |messages|cases|articles|calls|drafts|questions|forms|texts|posts|entries|documents|descriptions|choices|sentences|images|minutes)
            |labell?ed|labels|annotat\w+|training\ (?:data|set|pairs|material)|(?:question|input|clause|q)[^.]{{0,12}}pairs|examples?\ (?:to\ learn|to\ train|of\ (?:good|how))
            |(?:no|few|enough|plenty\ of|lots?\ of|many|without|lack\w*|any|only|thousands\ of|hundreds\ of|millions\ of)\ (?:\w+\ ){{0,2}}(?:{_EXAMPLE})
            |hundreds\ of\ thousands|years\ of\ (?:\w+\ )?\w+|historical?|past\ (?:\w+\ )?(?:data|answers|replies|cases|years)|ground\ truth|corpus|corpora|logged""",
        rf"""pairs|examples?|samples?|data|archive|history|\d+k|thousands?|millions?|tickets|corrections|collected|logs|years|old\ (?:letters|reports|minutes)""",
    ),
    "latency_or_cost": (
        r"""cost(?:s|ly|ing)?|cheap(?:er|est|ly)?|expensive|price[ds]?(?!\ (?:list|policy))|pric(?:e)?y|latency|fast(?:er|est)?|slow(?:er)?|milliseconds?|\d+\ ?ms|budget
            |(?:api|token|monthly)\ (?:bill|fees?|costs?|prices?)|bills?|fees|afford\w*|cents?|pennies|free|euros?|dollars?|\$|€|tokens|money|speed|quick\w*|in\ real\ time
            |per\ (?:call|request|question|query)|instant\w*|microseconds?|economical|expen(?:se|diture)|fraction\ of|seconds?|ruin|prohibitive|spend\w*|times\ (?:less|cheaper|faster)""",
        r"""small(?:er)?\ model|volume|cpu|runs?\ on|millions?\ (?:of|per|a)|per\ (?:day|month|hour|year)|a\ (?:day|month|year|week)|wait|at\ scale|scale|gpu|tiny|edge|on[- ]device|times""",
    ),
    "privacy": (
        r"""privacy|confidential\w*|sensitive|secre(?:t|cy)|on[- ]?prem\w*|leave\ (?:the|our|her|his|their|my)|cloud|gdpr|data\ protection|self-?hosted|own\ (?:servers?|network|hardware|machine|data\ cent(?:er|re))
            |air-?gapped|access\ (?:rights|control)|permissions|anonym\w+|personal\ data|third\ part\w+|sealed|classified|protected|inside\ (?:the|our)|within\ (?:the|our)\ \w+\ network|outside\ (?:company|servers?)
            |(?:can't|cannot|mustn't|must\ not|not\ allowed\ to|never)\ (?:\w+\ )?(?:leave|send|sent|go|share|be\ shared)""",
        r"""locally?|offline|in-house|hosted|patient|laptop|open\ (?:source\ )?models?|our\ (?:own\ )?(?:gpu|server|network)|upload|private""",
    ),
    "evals": (
        r"""evals?|evaluat\w+|test\ ?sets?|metrics?|measur\w+|benchmark\w*|accuracy|auc|f1|kappa|precision|recall(?!\ of|s)|blind|a/b|ab[- ]test|ablation|win\ rate|hold\ back|held\ back|agreement|wer|ndcg|assertions?
            |test(?:ed|s|ing)?\ (?:it\ )?(?:on|with|against|cases)|\d+\ test|compare\ (?:with|to|against)|cross-validation|side-by-side|scored|criteria|test\ (?:it|questions)|in\ our\ (?:test|trial)|tests?""",
        r"""\d+\ ?%|check(?:ed)?\ (?:against|with|on|them|it|\d+|by)|rat(?:e|ed|ers?|ing)|compared|see\ how\ far|quality|trial|proven|by\ hand|score""",
    ),
    "start_simple": (
        r"""simpl\w+|overkill|over-?(?:engineer|think|complicat)\w*|start(?:s|ing)?\ (?:with|by|there|small|easy|from)|to\ (?:start|begin)(?:\ with)?|begin\w*|good\ enough|suffic\w+|is\ enough|enough\ for|easy|easiest|for\ now|first\ (?:version|step|rung|stage|phase)
            |ladder|baby\ steps|basic|straightforward|nothing\ (?:fanc|bigg|heav|more|else)\w*|no\ (?:need|reason)\ (?:for|to)\ (?:\w+\ ){0,3}(?:more|bigger|anything)|anything\ (?:more|bigger|heavier|else|fancier)|job\ done|\bdone\b|fancy|fancier
            |silly|plenty|pointless|baseline|mvp|pilot|see\ how\ far|only\ (?:if|then|when|once)|will\ do|all\ (?:i|we|it)\ (?:need|takes?)|why\ would|too\ much|one\ prompt|prompt\ first|step\ by\ step""",
        r"""\bfirst\b|\bjust\b|\bthen\b|later|if\ (?:it|that|the|this)|v1|phase\ 1|once|until|works|when""",
    ),
    "operational_complexity": (
        r"""maint\w+|host(?:ed|ing|s)?\b|infrastructure|infra\b|retrain\w*|upkeep|babysit|mlops|devops|\bops\b|kubernetes|pipelines?|operat(?:e|ing|ion)|look\ after|keep\ (?:\w+\ )?(?:alive|running|in\ shape|up\ to\ date)|servers?|gpus?\b
            |complex(?:ity)?|hassle|machinery|moving\ parts?|(?:no|the)\ it\b|engineers?|fewer\ parts|self-host\w*|run\ (?:it|one|anything|by)|to\ (?:operate|own|run|maintain)|own\ a\ model|no(?:body|\ one)\ (?:here|can)|setting\ up|set\ up|deploy\w*|work\ to""",
        r"""effort|easier|burden|team|manage[ds]?|administrat\w+|update|developer|volunteers?|anybody|trouble|extra|managed""",
    ),
    "broad_scope": (
        r"""broad(?:er|ly)?|any(?:thing|\ (?:topic|question|subject|of|matter|style|side|motion|country|theme))|all\ (?:sorts|kinds|topics|themes|over)|open[- ]?(?:ended|field)|every(?:thing|\ (?:topic|subject|discipline|graduate|client|project))|wide(?:\ range)?|unlimited|without\ limit
            |endless|whatever|various|diverse|each\ (?:client|project|graduate|child|patient)\ (?:is|wants|has)|huge|different\ (?:things|topics|kinds)|many\ use\ cases|split|can't\ be\ predicted|scope|from\ \w+\ to\ \w+|no\ limit|smaller\ (?:ones|piece|features|use)|vary|vague""",
        r"""\bany\b|creative|general(?:ity)?|flexible|different|topics?|all\ over|ask\ (?:all|any|what)\w*|varies""",
    ),
    "preference": (
        r"""prefer(?:ence|red|s|red)?\b|dpo|kto|orpo|ipo|rlhf|rank(?:ed|ings?|s)?|vot(?:e|es|ed|ing)|taste[sd]?|thumbs|chosen|rejected|better\ (?:one|of|or|than\ the\ other)|(?:two|pairs?\ of)\ (?:answers|replies|drafts|versions|candidates|stories|summaries)|pick(?:s|ed)?\ (?:the|one|which|between)
            |a/b|upvot\w+|likes?\b|which\ (?:one|of)\ (?:\w+\ )?(?:is|are|was|they)|pairwise|compar\w+\ (?:\w+\ ){0,3}(?:drafts|answers|replies|pairs)|subjective|winner|funnier|nicer|rather\ read|choose\ (?:between|the)""",
        r"""choices?|choose|pairs|reward|click\w*|accept|opinion|pleas\w+|judg\w+""",
    ),
    "tools": (
        r"""tools?|function[- ]?calls?|function\ calling|functions?|apis?|sql|agents?|react|calculator|mcp|plug-?ins?|calls?\ the|call\ (?:to|the|my|our)|sandbox|execut\w+|sympy|python\ (?:tool|code)|look_?up\(|actions|json\ mode|write[s]?\ (?:\w+\ )?code""",
        r"""book(?:s|ing)?|lookup|\w+_\w+|run\ it|system|arguments|database""",
    ),
}
_PHRASE_OF = [
    (f"{criterion}{strength}", re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])" if criterion != "latency_or_cost"
                                          else rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE | re.VERBOSE))
    for criterion, both in _PHRASES.items() for strength, words in enumerate(both)
]


def phrases(text: str) -> list[str]:
    """The criteria whose phrases the text has, each with 0 for the nearly certain and 1."""
    text = text[:MOST_READ].replace("’", "'")
    return [name for name, pattern in _PHRASE_OF if pattern.search(text)]


def invoked_features(text: str, marked: Marked) -> Iterator[str]:
    """Words and pairs of words, and the phrases that are known to speak for a criterion."""
    yield from set(runs(marked.words, 2, ""))
    found = phrases(text)
    yield from (f"says:{name}" for name in found)
    yield "says:" if not found else "says:something"
    yield f"named:{marked.named}"
    if {"START", "LATER"} <= set(marked.bones):
        yield "staged"
    yield from (f"bone:{bone}" for bone in set(marked.bones))

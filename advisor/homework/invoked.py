"""Which criteria a text invokes: the words that speak for each, and the features that weigh them.

An absence invokes a criterion as well: "no examples" is a reason about examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from advisor.homework.lexicon import one_of
from advisor.homework.mentions import Marked

CRITERIA = (
    "freshness", "private_knowledge", "citations", "style_or_format", "narrow_task",
    "examples_available", "latency_or_cost", "privacy", "evals", "start_simple",
    "operational_complexity", "broad_scope", "preference", "tools",
)
_TIME = r"(?:second|minute|hour|day|night|week|month|quarter|semester|season|year|release|time)s?"
_THING = r"""(?:document|doc|file|archive|database|wiki|intranet|manual|record|catalogue|catalog
    |polic(?:y|ies)|rule|page|note|article|report|letter|log|system|list|library|collection
    |knowledge|guideline|material)s?"""
_EXAMPLE = r"""(?:examples?|samples?|pairs|labels?|labell?ed|annotat\w+|training\ data
    |data\ ?sets?|transcripts?|tickets?|corrections|records|rows|history|archive)"""
# Of each criterion, phrases that nearly settle it and phrases that point to it.
_PHRASES: dict[str, tuple[str, ...]] = {
    "freshness": (
        r"""chang(?:e|es|ed|ing)\ (?:\w+\ ){0,2}(?:often|daily|weekly|monthly|hourly|yearly
            |constantly|all|every|each|by|per|from)|up[- ]to[- ](?:date|the)|outdated
            |out\ of\ date|stale|fresh(?:ness)?|real[- ]?time|latest|most\ recent|(?:updat|amend
            |revis|refresh|renew)\w*|(?:new|different)\ (?:\w+\ )?(?:every|each|for\ each|daily
            |weekly)|(?:daily|weekly|monthly|hourly|nightly)|never\ changes?|(?:don't|doesn't
            |do\ not|does\ not|haven't|hasn't)\ change|unchanged|(?:mostly|are|is)\ (?:static
            |stable)|last\ (?:night|minute)'?s?|cut-?off|in\ force|in\ flux|fluctuat\w*
            |re-?issued|(?:for|in)\ (?:decades|centuries)|since\ (?:the\ )?\d{4}|this\ month's
            |knowledge\ ends|so\ fresh|any\ ?more""",
        rf"""chang(?:e|es|ed|ing)|current(?!ly)|today'?s?|yesterday'?s?|tomorrow|this\ morning
            |live|moves?|rotates?|recent|news|(?:every|each|per|by\ the|within)\ (?:few\ 
            |other\ )?{_TIME}|re-?index\w*|retrain\w*|as\ of\ now|weather|prices""",
    ),
    "private_knowledge": (
        r"""internal|private|proprietary|in-house|intranet|confluence|notion|sharepoint
            |unpublished|our\ own|belongs?\ to\ us|(?:not|\w+n't|nowhere
            |never)\ (?:\w+\ ){0,3}(?:public|internet|web|online|training\ data|any\ model)
            |\bours\b|(?:only|just)\ (?:we|ours|us|in|on|the|known|with|our)\b|(?:doesn't|don't
            |can't|cannot|does\ not|not)\ know|no\ (?:llm|model)\ (?:has|knows)|(?:have
            |has)n't\ seen|unknown|mine|(?:public|general)\ knowledge|knows?\ (?:it|them|all)
            |already\ knows?|nobody\ else|secret|known\ only|exists?\ (?:just|only|nowhere)
            |\w+n't\ exist|(?:other|company|own|no|any)\ knowledge|(?:all|needed|everything
            |facts?)\ (?:\w+\ ){0,2}(?:is|are|in|on)\ (?:\w+\ ){0,2}(?:the|there|it)
            |in\ the\ (?:letter|message|bullets|request|text|note|bill)|knows?\ (?:what|that|how
            |the|about|our)|nothing\ to\ (?:look\ up|retrieve|know)|no\ (?:outside\ )?facts
            |nowhere\ else|never\ heard|no\ clue|hardly\ any|common\ knowledge
            |(?:every|any)\ model""",
        rf"""(?:our|my|their|her|his|the\ (?:company|office|museum|city|club|firm
            |hospital)'?s?)\ (?:\w+\ ){{0,2}}{_THING}|archives?|knowledge|fits?
            |in\ the\ (?:input|prompt|context)|\d[\d.,]{{0,9}}k?\ (?:pages|documents|docs|pdfs
            |articles|manuals)""",
        r"""(?:retriev\w*|rag|index\w*|search\w*|look\w*\ up|fetch\w*|database
            |store)(?:\W+[\w-]+){0,4}\W+(?:our|her|his|their|my|own)""",
    ),
    "citations": (
        r"""cit(?:e|es|ed|ing|ations?)|sources?|footnot\w+|trac(?:e|ed|eable|eability)|(?:page
            |clause|file|section|article|verse)\ (?:number|ref)\w*|references?|quot(?:e|es|ed
            |ing)|links?\ (?:to|per|for)|with\ links?|verif(?:y|iable|ied)|evidence|provenance
            |where\ (?:it|an\ answer|each|the\ answer|that|this)\ (?:\w+\ )?(?:comes?
            |is\ written|stands)|shelf\ mark|verbatim|backed\ by|proof|makes\ up\ \w+|chapter\ and
            |original\ (?:\w+)|where\ (?:does|did)\ |points?\ (?:at|to)\ |comes?\ from|came\ from
            |which\ (?:report|document|version|article|ruling|rule)""",
        r"""show\w*\ (?:the|which|where|an?)|paragraphs?|links?|exact|page|check(?:ed|able)?
            |clause|click\w*|prove|point(?:er|s)?\ to""",
    ),
    "style_or_format": (
        r"""styles?|tone|voice|format(?:s|ted)?|wording|house[- ](?:style|format|manner|voice
            |form)|templates?|persona|manner|phras\w+|schema|structure[ds]?|sounds?\ like
            |speaks?\ like|writes?\ like|dialect|idioms?|conventions?|syntax|notation|layout
            |diction|terminology|jargon|genre|register|xml|dsl|how\ (?:we|it|they|he|she|i
            |(?:our|the)\ [\w-]+(?:\ \w+)?)\ (?:writes?|talks?|speaks?|answers?|phrase|sounds?
            |describe|explain)\w*|(?:talk|read|sound|speak|write)s?\ like|way\ of\ \w+ing|slang
            |officialese|brevity|wordy|catchphrases|mannerisms|the\ way\ (?:we|our|the|it|she
            |he)""",
        r"""bespoke|consistent(?:ly)?|character|plain\ language|friendly|rigid|strict|form|short
            |official|bland|robotic|guidelines?|markup|grammar|levels?|polite|funny|warm
            |sentences|irony|wit|verses?|poems?|letters|feel|charm\w*|humou?r|metre|brand""",
    ),
    "narrow_task": (
        r"""finite\ list|well\ defined|(?:question|task|output|answer)\ (?:is|never)\ (?:always
            |varies|just)|the\ only\ thing|that's\ all\ (?:the|it)|(?:two|three|four|five|six
            |eight|ten|\d+)\ (?:labels|levels|classes|commands|outcomes)|one\ language
            |pure\ \w+\ task|include\ or|fixed\ (?:label|output|incident|table)
            |only\ the\ \w+\ has\ to|tiny\ and|never\ be\ anything\ else|small\ question
            |narrow(?:er|est)?|(?:single|one|same|specific|well-?\ ?(?:defined|bounded|delimited
            |posed)|closed|limited|focus(?:s)?ed|tiny|repetitive|clearly\ delimited|bounded
            |particular)\ (?:\w+\ )?(?:task|job|thing|problem|decision|question|mapping|label
            |list|set|number|word|scale|domain)|binary|yes/no|yes\ or\ no|fixed\ (?:set|list
            |categor\w+|schema)|only\ (?:one|a\ single)|(?:categories|labels|classes|intents
            |queues)\ (?:are|is)\ (?:fixed|closed)|always\ the\ same|one\ (?:label|code|number
            |answer|out\ of|word|concept)|(?:two|2|three|3|seven|nine)\ (?:topics|types)
            |same\ or\ not|one\ (?:field|transformation)|single\ \w+|text\ in|numbers?\ out
            |nothing\ else|just\ (?:one|this)""",
        r"""classif\w+|single|fixed|specific|closed|bounded|\d+\ (?:classes|categories|codes
            |types|labels|topics)|mapping""",
    ),
    "examples_available": (
        rf"""\d[\d.,]{{0,9}}\ ?(?:k|m|thousand|million)?\+?\ (?:[\w-]+\ ){{0,3}}(?:{_EXAMPLE}
            |examples?|emails?|mails|letters|replies|answers|chats|notes|reports|reviews
            |messages|cases|articles|calls|drafts|questions|forms|texts|posts|entries|documents
            |descriptions|choices|sentences|images|minutes)
            (?!\ ?(?:a|an|per|each|every|/)\ ?{_TIME})|labell?ed|labels|annotat\w+
            |training\ (?:data|set|pairs|material)|(?:question|input|clause|q)[^.]{{0,12}}pairs
            |examples?\ (?:to\ learn|to\ train|of\ (?:good|how))|(?:no|few|enough|plenty\ of
            |lots?\ of|many|without|lack\w*|any|only|thousands\ of|hundreds\ of
            |millions\ of)\ (?:\w+\ ){{0,2}}(?:{_EXAMPLE})|hundreds\ of\ thousands
            |years\ of\ (?:\w+\ )?\w+|historical?|past\ (?:\w+\ )?(?:data|answers|replies|cases
            |years)|ground\ truth|corpus|corpora|logged""",
        r"""pairs|examples?|samples?|data|archive|history|\d+k|thousands?|millions?|tickets
            |corrections|collected|logs|years|old\ (?:letters|reports|minutes)""",
        r"""(?:fine-?tun\w*|q?lora|train\w*|tun(?:e|ed|ing)|sft|learn\w*
            |adapt\w*)(?:\W+[\w-]+){0,4}\W+(?:on|from|with|by)\W+(?:[\w'-]+\W+){0,3}?(?:our|his
            |her|their|my|old|past|\d[\d.,]{0,9}k?|all|these|those|them|real|synthetic)""",
        r"""(?:no(?:body|\ one)?|not|\w+n't|neither|lack\w*|few|only
            |without)\ (?:\w+\ ){0,3}(?:q&a|saved|recordings|data\ ?sets?|data|labels?|labell?ed
            |examples?|samples?|transcripts|collection|pairs|ten|five|\d\d?)""",
    ),
    "latency_or_cost": (
        r"""cost(?:s|ly|ing)?|cheap(?:er|est|ly)?|expensive|price[ds]?(?!\ (?:list|policy))
            |pric(?:e)?y|latency|fast(?:er|est)?|slow(?:er)?|milliseconds?|\d+\ ?ms|budget
            |(?:api|token|monthly)\ (?:bill|fees?|costs?|prices?)|bills?|fees|afford\w*|cents?
            |pennies|free|euros?|dollars?|tokens|money|speed|quick\w*|in\ real\ time
            |per\ (?:call|request|question|query)|instant\w*|microseconds?|economical|expen(?:se
            |diture)|fraction\ of|seconds?|ruin|prohibitive|spend\w*|times\ (?:less|cheaper
            |faster)""",
        r"""small(?:er)?\ model|volume|cpu|runs?\ on|millions?\ (?:of|per|a)|per\ (?:day|month
            |hour|year)|a\ (?:day|month|year|week)|wait|at\ scale|scale|gpu|tiny|edge
            |on[- ]device|times""",
    ),
    "privacy": (
        r"""privacy|confidential\w*|sensitive|secre(?:t|cy)|on[- ]?prem\w*|leave\ (?:the|our|her
            |his|their|my)|cloud|gdpr|data\ protection|self-?hosted|own\ (?:servers?|network
            |hardware|machine|data\ cent(?:er|re))|air-?gapped|access\ (?:rights|control)
            |permissions|anonym\w+|personal\ data|third\ part\w+|sealed|classified|protected
            |inside\ (?:the|our)|within\ (?:the|our)\ \w+\ network|outside\ (?:company|servers?)
            |works\ council|privileged|isolated|own\ (?:computer|laptop|pc)
            |(?:nobody|no\ one)\ else's|stays?\ (?:on|in|inside|here)|(?:be|is)\ (?:stored|recorded)
            |openai\ is
            |(?:can't|cannot|mustn't|must\ not|not\ allowed\ to|never)\ (?:\w+\ )?(?:leave|send
            |sent|go|share|be\ shared)""",
        r"""locally?|offline|in-house|hosted|patient|laptop|open\ (?:source\ )?models?
            |our\ (?:own\ )?(?:gpu|server|network)|upload|private""",
    ),
    "evals": (
        r"""(?:hold|held|keep|kept|put)\ (?:\w+\ ){0,4}(?:back|aside)|acceptance\ rate
            |false\ (?:positives?|alarms?|rejects?|negatives?)|bleu|mae|human\ (?:labels|rating)
            |how\ (?:would|do|could)\ (?:i|we)\ (?:know|notice)|test\ readers|tell\ us\ if
            |error\ (?:analysis|rate)|yardstick|bake-off|cross-validated|proof\ of\ concept
            |judged|graded|by\ hand|what\ (?:a\ )?good|human\ raters|agree|evals?|evaluat\w+
            |test\ ?sets?|metrics?|measur\w+|benchmark\w*|accuracy|auc|f1|kappa|precision|blind
            |a/b|ab[- ]test|ablation|win\ rate|hold\ back|held\ back|wer|ndcg|assertions?
            |test(?:ed|s|ing)?\ (?:it\ )?(?:on|with|against|cases)|\d+\ test|compare\ (?:with|to
            |against)|cross-validation|side-by-side|scored|criteria|test\ (?:it|questions)
            |in\ our\ (?:test|trial)|tests?|validat\w+|success|how\ (?:many|well|often|far)
            |notice\ a\ difference|points\ better|out\ of\ \d
            |(?:know|known|correct)\ (?:the\ )?(?:results?|answers?)|%\ (?:right|correct)""",
        r"""\d+\ ?%|check(?:ed)?\ (?:against|with|on|them|it|\d+|by)|rat(?:e|ed|ers?|ing)
            |compared|see\ how\ far|quality|trial|proven|by\ hand|score""",
    ),
    "start_simple": (
        r"""simpl\w+|overkill|over-?(?:engineer|think|complicat)\w*|start(?:s|ing)?\ (?:with|by
            |there|small|easy|from)|to\ (?:start|begin)(?:\ with)?|begin\w*|good\ enough
            |suffic\w+|is\ enough|enough\ for|easy|easiest|for\ now|first\ (?:version|step|rung
            |stage|phase)|ladder|baby\ steps|basic|straightforward|nothing\ (?:fanc|bigg|heav
            |more|else)\w*|no\ (?:need|reason)\ (?:for|to)\ (?:\w+\ ){0,3}(?:more|bigger
            |anything)|anything\ (?:more|bigger|heavier|else|fancier)|job\ done|\bdone\b|fancy
            |fancier|silly|plenty|pointless|baseline|mvp|pilot|see\ how\ far|only\ (?:if|then
            |when|once)|will\ do|all\ (?:i|we|it)\ (?:need|takes?)|why\ would|too\ much
            |one\ prompt|prompt\ first|step\ by\ step|trivial|obvious|cannon|ridiculous
            |least\ complicated|nobody\ (?:needs|trains)|crawl|do(?:es)?\ the\ job|already\ works
            |open(?:s|ed)?\ with|(?:go|goes)\ live|launch|in\ the\ pilot""",
        r"""\bfirst\b|\bjust\b|\bthen\b|later|if\ (?:it|that|the|this)|v1|phase\ 1|once|until
            |works|when""",
    ),
    "operational_complexity": (
        r"""burden|ml\ (?:team|staff)|computer\ person|training\ run|effort|staff|ops\ work
            |replace\ the\ file|nothing\ to\ install|serv(?:e|ing)\ a|can\ run\ after|cron\ job
            |updat(?:e|ing)\ an?\ index|own\ anything|no\ servers?|maint\w+|hosting|host\ (?:our
            |my|a|it)|infrastructure|infra\b|retrain\w*|upkeep|babysit|mlops|devops|\bops\b
            |kubernetes|pipelines?|operat(?:e|ing|ion)|look\ after|keep\ (?:\w+\ )?(?:alive
            |running|in\ shape|up\ to\ date)|servers?|gpus?\b|complex(?:ity)?|hassle|machinery
            |moving\ parts?|(?:no|the)\ it\b|engineers?|fewer\ parts|self-host\w*|run\ (?:it|one
            |anything|by)|to\ (?:operate|own|run|maintain)|own\ a\ model|no(?:body
            |\ one)\ (?:here|can)|setting\ up|set\ up|deploy\w*|work\ to|without\ it\ support
            |(?:no|any|technical)\ (?:it|ml|technical)?\ ?(?:support|person|people|technician)
            |care\ and\ feeding|(?:in|be\ kept\ in)\ sync|train\ again|re-?index\w*
            |without\ anybody""",
        r"""effort|easier|burden|team|manage[ds]?|administrat\w+|update|developer|volunteers?
            |anybody|trouble|extra|managed""",
    ),
    "broad_scope": (
        r"""every\ \w+\ (?:wants|imagines|is)|go\ (?:any|every)where|no\ telling|any\ corner
            |different\ each|(?:questions|tastes|rooms|needs|topics)\ (?:differ|vary
            |are\ endless)|variety|too\ (?:unclear|general|big\ to)|not\ sharp|every\ direction
            |(?:hundred|many)\ different|can't\ (?:foresee|predict)|one\ can't\ foresee
            |broad(?:er|ly)?|any(?:thing|\ (?:topic|question|subject|of|matter|style|side|motion
            |country|theme))|all\ (?:sorts|kinds|topics|themes|over)|open[- ]?(?:ended|field)
            |every(?:thing|\ (?:topic|subject|discipline|graduate|client|project))
            |wide(?:\ range)?|unlimited|without\ limit|endless|whatever|various|diverse
            |each\ (?:client|project|graduate|child|patient)\ (?:is|wants|has)|huge
            |different\ (?:things|topics|kinds)|many\ use\ cases|split|can't\ be\ predicted
            |scope|from\ \w+\ to\ \w+|no\ limit|smaller\ (?:ones|piece|features|use)|vary|vague
            |under\ the\ sun|where(?:ver)?\ they|no\ two|unpredictable|range|hundred\ things
            |in\ common|narrow\ it\ down|cut\ it\ down|no\ end|not\ one\ use""",
        r"""\bany\b|creative|general(?:ity)?|flexible|different|topics?|all\ over|ask\ (?:all
            |any|what)\w*|varies""",
    ),
    "preference": (
        r"""prefer(?:ence|red|s|red)?\b|dpo|kto|orpo|ipo|rlhf|rank(?:ed|ings?|s)?|vot(?:e|es|ed
            |ing)|taste[sd]?|thumbs|chosen|rejected|better\ (?:one|of|or|than\ the\ other)
            |(?:two|pairs?\ of)\ (?:answers|replies|drafts|versions|candidates|stories
            |summaries)|pick(?:s|ed)?\ (?:the|one|which|between)|a/b|upvot\w+|likes?\b
            |which\ (?:one|of)\ (?:\w+\ )?(?:is|are|was|they)|pairwise
            |compar\w+\ (?:\w+\ ){0,3}(?:drafts|answers|replies|pairs)|subjective|winner|funnier
            |nicer|rather\ read|choose\ (?:between|the)""",
        r"choices?|choose|pairs|reward|click\w*|accept|opinion|pleas\w+|judg\w+",
    ),
    "tools": (
        r"""tools?|function[- ]?calls?|function\ calling|functions?|apis?|sql|agents?|react
            |calculator|mcp|plug-?ins?|calls?\ the|call\ (?:to|the|my|our)|sandbox|execut\w+
            |sympy|python\ (?:tool|code)|look_?up\(|actions|json\ mode|write[s]?\ (?:\w+\ )?code""",
        r"book(?:s|ing)?|lookup|\w+_\w+|run\ it|system|arguments|database",
    ),
}
_PATTERNS = [(f"{criterion}{strength}", one_of({criterion: words}))
             for criterion, both in _PHRASES.items() for strength, words in enumerate(both)]
_LETTERS = re.compile(r"[a-z'-]{1,24}")


def phrases(text: str) -> dict[str, int]:
    """Where the phrases of each criterion first occur in a plain text: "freshness0" and so on."""
    found = ((name, pattern.search(text)) for name, pattern in _PATTERNS)
    return {name: match.start() for name, match in found if match}


def pieces(text: str) -> set[str]:
    """Four and five letters in a row from the words of a plain text, so that no form is missed."""
    return set().union(*map(_pieces_of, _LETTERS.findall(text)))


@lru_cache(maxsize=20_000)
def _pieces_of(word: str) -> frozenset[str]:
    word = f" {word} "
    return frozenset(f"~{word[start:start + length]}" for length in (4, 5)
                     for start in range(len(word) - length + 1))


def invoked_features(
    marked: Marked, found: Iterable[str], stance: str = "", later: Sequence[str] = ()
) -> set[str]:
    """Words, pairs of words, bones, the phrases that the text has, and what it proposes."""
    return {
        *marked.said, *(f"bone:{bone}" for bone in marked.bones),
        *(f"says:{name}" for name in found), *(f"says:{name}&{stance}" for name in found),
        f"named:{marked.named}", f"stance:{stance}", f"stance:{stance}{bool(later)}",
        f"later:{bool(later)}",
        *(["staged"] if {"START", "LATER"} <= set(marked.bones) else []),
    }

"""What in a reasoning speaks against its own proposal, as features for the model that weighs it.

"The prices change every minute, so I'd fine-tune on them" has a fact that moves, weights that do
not, and a "so" between the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.homework.lexicon import one_of

_NO = r"(?:no|not|never|nothing|without|neither|nor|any|\w+n't|cannot)"
_FACTS: dict[str, str] = {
    "moving": r"""(?:chang|updat|amend|revis|alter|fluctuat|renew
        |mov)\w*\ (?:\w+\ ){0,3}?(?:often|daily|weekly|monthly|hourly|constantly|frequently
        |all\ the\ time|all\ day|continuously|every|each|by\ the|per|several\ times|intraday
        |at\ short\ notice|from\ day)|(?:new|different|drawn|rewritten)\ (?:\w+\ ){0,2}(?:every
        |each|all\ the\ time|twice|daily)|differ\w*\ from\ day|breaking\ news|tonight's|today's
        |latest|newest|come\ in\ every|(?:every|each)\ (?:few\ )?(?:second|minute|hour|day|week)
        |stale|wrong\ today""",
    "still": r"""(?:never|not|\w+n't|nothing)\ (?:\w+\ ){0,3}chang\w*|stable|always\ be
        |nothing\ ever|never\ the|(?:rules|facts)\ are\ fixed""",
    "sources": r"""cit\w+|sources?|references?|footnotes?|(?:page|paragraph|clause)\ (?:number
        |reference)s?|quot\w+|click|links?|exact\ source|traced?""",
    "unsourced": rf"""{_NO}\ (?:\w+\ ){{0,4}}(?:sources?|recency|cit\w+|looked\ up|look-?up
        |facts?|knowledge|documents?|anything\ recent)""",
    "remember": r"""weights|memor\w+|by\ heart|bake|inside\ the\ model|in\ its\ (?:head
        |parameters)|remember\w*|knows?|carr(?:y|ies)|recall|represented""",
    "no examples": rf"""{_NO}\ (?:\w+\ ){{0,4}}(?:examples?|labels?|pairs|cases?\ of|sentences?
        |data|recordings)|only\ (?:two|three|a\ few|\d\d?)\ (?:\w+\ )?(?:examples?|cases
        |dialogues|pairs)|not\ a\ single""",
    "many examples": r"""\d[\d.,]{0,9}k|\d{2,3},\d{3}|(?:hundred|thousand
        |million)s?\ (?:\w+\ ){0,2}(?:labelled|pairs|texts|examples|sentence)""",
    "secret": r"""(?:not|never|\w+n't|no\ byte|nothing|no)\ (?:\w+\ ){0,5}(?:leave|outside
        |go\ out|external|cloud)|top\ secret|confidential|separated|deletable""",
    "outside": r"""cloud|openai|chatgpt|gpt-?4\w*|third[- ]party|hosted|upload\w*
        |through\ the\ api|\bus\b(?=,)""",
    "simple": r"""(?:simplest|cheap\w*|zero|no)\ (?:\w+\ ){0,2}(?:possible|maintenance
        |infrastructure|setup|thing|cost)|as\ cheap|low-?maintenance|almost\ no\ money
        |near\ zero|minimal|instant|\d+\ ?ms|just\ one\ formula""",
    "heavy": r"""70b|cluster|kubernetes|pretrain|weekly\ retraining|vector\ database|rag|rlhf
        |largest|gpt-?4|fine-?tun\w+|in\ each""",
    "too big": r"don't\ fit|do\ not\ fit|million|all\ of\ them|complete\ archive|\d{2,3},000",
    "unlimited": r"""anything|any\ topic|any\ question|no\ limit|unlimited|anywhere|any\ book
        |every\ topic""",
    "tried": r"(?:prompts?|we)\ (?:\w+\ ){0,5}(?:failed|tried)|have\ failed",
    "hence": r"""so|therefore|hence|thus|consequently|which\ is\ why|that's\ why
        |for\ exactly\ this\ reason|because\ then|precisely|accordingly|leads\ me|which\ makes
        |since|because|as""",
}
_PATTERNS = {name: one_of({"fact": words}) for name, words in _FACTS.items()}


def clash_features(
    description: str, reasoning: str, stance: str, later: Sequence[str]
) -> Iterator[str]:
    """The stance with each kind of fact that the plain reasoning states, and with each two."""
    held = [name for name, pattern in _PATTERNS.items() if pattern.search(reasoning)]
    yield f"{stance}{'>' if later else ''}"
    for place, name in enumerate(held):
        yield name
        yield f"{stance}&{name}"
        yield from (f"{stance}&{name}&{other}" for other in held[place + 1:])
    yield from (f"{stance}&told {name}" for name in ("moving", "sources", "unlimited")
                if _PATTERNS[name].search(description))

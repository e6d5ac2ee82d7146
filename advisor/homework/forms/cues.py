"""The words by which reasoning about an approach is told from the description of a use case."""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


TECHNIQUE = _any(
    r"\b(?:rags?|retrieval[- ]augmented(?:[- ]generation)?|retrieval|semantic search)\b",
    r"\b(?:re-?)?fine[- ]?tun\w*\b|\binstruction[- ]tun\w*\b|\bcontinued pre-?training\b",
    r"\bprompt(?:s|ing|ed)?(?:[- ](?:engineering|engineer|tuning|only|alone|template)s?)?\b",
    r"\b(?:few|zero|one|many)[- ]shot\b|\bin-context(?: learning| examples)?\b",
    r"\bin context learning\b|\blong[- ]context\b|\bcontext window\b",
    r"\b(?:q?lora|peft|dpo|rlhf|sft|kto|orpo|distill?\w*|pe|ft|hybrid)\b",
    r"\btext[- ](?:to|2)[- ]sql\b|\bregex(?:es|p)?\b|\bregular expressions?\b",
    r"\b(?:logistic|linear|a) regression\b|\bgradient boosting\b|\bxgboost\b",
    r"\brandom forests?\b|\btime[- ]series model\b|\brule[- ]based\b|\brules engine\b",
    r"\bclassical (?:ml|model|machine learning)\w*\b",
    r"\b(?:no|not an?|n't (?:need|require) an?) llms?\b",
)
# Techniques whose names are everyday words: they count beside words that propose something.
NEAR_TECHNIQUE = _any(
    r"\b(?:templates?|rules?|classifiers?|solver|optimi[sz]er|(?:tool|function)[- ]call\w*)\b",
    r"\b(?:keyword search|search index|elasticsearch|bm25|vector (?:store|db|database|search|"
    r"index)|embeddings?|knowledge (?:base|graph))\b",
    r"\b(?:frozen|frontier|base|small|smaller|general|off-the-shelf|hosted) models?\b",
    r"\b(?:gpt-?\w*|claude|llama|mistral|bert|classical|traditional ml|system message|"
    r"instructions?|examples|evals?)\b",
)
_I_WOULD = (
    r"\b(?:i|we)(?:(?:'d| would)(?! (?:like|love|want)\b)|(?:'m| am) (?:leaning|inclined|for|"
    r"going (?:to|with|for))| will|'ll| should| think| believe| chose| choose| pick|"
    r" suggest| recommend| propose| expect| lean| could| might|'ve)\b"
)
# A stance even where no technique is named: "I'd keep it simple", "overkill".
VERDICT = _any(
    _I_WOULD, r"\bmy (?:approach|pick|choice|plan|proposal|recommendation|reasoning)\b",
    r"\bbest (?:served|handled|solved|approach|fit|option|suited|choice)\b",
    r"\boverkill\b|\bno need\b",
    r"^(?:both|neither|none|a? ?combination|a? ?hybrid|a? ?mix)\W*$",
)
PROPOSAL = _any(
    VERDICT.pattern, r"\bmy (?:first choice|view|take|bet|vote)\b",
    r"\bbest (?:done|tackled|addressed|with|by)\b|\b(?:well|better) (?:suited|served)\b",
    r"\bgood fit\b|\bcandidates? for\b|\bbetter tool\b|\bjob for\b|\bcalls for\b",
    r"\b(?:is|are|be|seems?|looks?|feels?) (?:probably |likely |already |quite |more than )?"
    r"(?:enough|sufficient|overkill|unnecessary|ideal|the way to go|the right|a candidate|fine|ok|"
    r"okay|appropriate|needed|required|the best|the natural|a must|plenty(?! of)|preferable)\b",
    r"\bsuffic(?:es?|ient)\b|\bworks? (?:well|best|fine)\b|\bwins?\b|\bbeats\b",
    r"\b(?:start|begin)(?:ing)? with\b|\b(?:go|going|went) (?:with|for)\b",
    r"\bmakes? (?:more |most |the most |no )?sense\b|\bdo(?:es)? the (?:job|trick)\b",
    r"\b(?:not|n't) (?:need|worth|required|necessary|enough)\b|\bneed not\b",
    r"\bshould (?:be (?:enough|fine|plenty|sufficient)|do|work|suffice|use|start)\b",
    r"\bwould (?:be|do|help|work|suffice|use|only|not|give)\b",
    r"\b(?:will|would|should) (?:probably )?do\b(?! \w)",
    r"\bcombin(?:e|ed|ation|ing)\b|\binstead of\b|\brather than\b",
    r"\bis what (?:i|we)\b|\bnone of (?:the three|these|them)\b",
)
REASON = _any(
    r"\b(?:because|since|therefore|hence|thus|so that|due to|given that|reasons?|that's why)\b",
    r"\bas (?:the|we|it|there|they|this|our)\b|\bso (?:i|we|it|a|no)\b|\bwhich is why\b",
    r"\b(?:the point is|trade-?offs?|otherwise|only if|unless|later|at first|first)\b",
)
# How a description begins.
WISH = _any(
    r"^(?:an? |the |our |my |users?|customers?|students?|staff|employees|people|given|input|output|"
    r"turn|draft|answer|summari[sz]e|extract|classify|generate|translate|convert|sort|route|help|"
    r"build|create|write|detect|i want|we want|i need|we need|i have|we have|every|each|takes?)\b",
)

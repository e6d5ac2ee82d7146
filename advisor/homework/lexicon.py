"""The words by which techniques are called, and the words that say what becomes of them.

A technique is marked by its approach and how plainly it is named: "P1" for "prompting", "P0" for
"paste". Cues are marked by what they do to the techniques near them: turn them down, put one over
another, put one off, make one the choice.
"""

from __future__ import annotations

import re

APPROACH_OF = {"P": "prompting", "R": "rag", "F": "fine_tuning", "C": "classical"}

_NAMED = {
    "R1": r"""(?:(?:graph|agentic|local|naive|plain)[- ]?)?rag(?:[- ](?:lite|based|system
        |pipeline))?|retriev(?:al|e|es|ed|ing|er)(?:[- ]augmented(?:\ generation)?)?
        |vector[- ]?(?:db|databases?|stores?|search|index|base)|semantic(?:ally)?\ (?:search
        |retrieval|index)|hybrid\ search|embedding\ search|search\ (?:\+|and
        |plus)\ (?:generation|answer)|knowledge\ base|chunk(?:s|ed|ing)?,?\ (?:and\ 
        |\+\ )?embed\w*""",
    "F1": r"""(?:instruction[- ]?)?(?:un)?fine[- ]?tun+(?:e|es|ed|ing)|(?:instruction|preference
        |domain)[- ]tun(?:e|es|ed|ing)|tun(?:e|es|ed|ing)|sft|q?lora|peft|dpo|kto|orpo|ipo|rlhf
        |grpo|ppo|rlaif|ft|distil+(?:s|ed|ing|ation)?|preference\ (?:optimi[sz]ation|learning
        |training)|reward\ model|supervised\ (?:adaptation|training)
        |continued?\ pre-?train(?:ing)?|adapt(?:s|ed|ing)?\ (?:the|a|an\ open|an?)\ (?:small\ 
        |open\ |local\ )?model|model\ (?:that's\ |that\ is\ |is\ )?adapted""",
    "P1": r"""(?:(?:meta|system|zero[- ]shot|few[- ]shot|rubric|persona
        |role[- ]?play)[- ]?)?prompt(?:s|ed|ing)?(?:[- ]engineering)?|few[- ]?shots?
        |zero[- ]?shot|one[- ]shot|(?:\d+|ten|five)[- ]shot|in[- ]context|long[- ]context
        |context\ (?:window|stuffing)|chain[- ]of[- ]thought|cot|(?:function|tool)[- ]?call(?:s
        |ing)?|tool[- ]use|text[- ]?(?:to|2)[- ]?sql|system\ message|json\ mode|custom\ gpt
        |react[- ]style""",
    "C1": r"""xgb(?:oost)?|light\ ?gbm|cat\ ?boost|(?:gradient[- ])?boost(?:ed
        |ing)(?:\ (?:trees?|machines?))?|random\ forests?|isolation\ forest|(?:(?:logistic
        |linear|plain|simple|ridge|classical)\ )?regressions?|glm|svms?|naive\ bayes|tf[- ]?idf
        |bm25|reg(?:ular\ )?ex(?:e?s|p|pressions?)?|rule[- ]based|keyword\ (?:rules?|lists?
        |search)|(?:look[- ]?up)\ table|solvers?|or-tools|constraint\ (?:programming|solver)
        |arima|prophet|kalman|k-?means|k-?nn|nearest\ neighbou?rs?|collaborative\ filtering
        |matrix\ factori[sz]ation|levenshtein|fuzzy\ (?:string\ )?match(?:ing)?
        |string\ (?:matching|similarity)|minhash|check\ ?sums?|mail\ merge|decision\ trees?
        |inverted\ index|full[- ]text\ search|fasttext|bag[- ]of[- ]words|n-gram\ model
        |survival\ (?:model|analysis)|classical\ (?:models?|ml|machine\ learning)
        |time[- ]series(?:\ model)?|statistical\ (?:model|forecaster)s?|linear\ models?
        |probabilistic\ matching|shortest[- ]path|cnn|neural\ net\w*|deterministic\ (?:matching
        |rules?)|lexicon(?:-based)?|spell\ ?checkers?|dijkstra|bandit|cosine\ similarity
        |co-?occurrence|hash(?:es|ing)?|shingling|bin\ packing|(?:block|word)[- ]?lists?
        |list\ of\ words|search\ engine|scraper|thresholds?|grok|if[- ]statements?
        |sequence\ models?""",
}
_MEANT = {
    "R0": r"""index(?:ed|es|ing)?|embed(?:ded|ding|dings|s)?|chunk(?:s|ed|ing)?|fetch(?:ed|es
        |ing)?|look(?:ed|ing|s)?[- ]?ups?|look(?:ed|s|ing)?\ (?:\w+\ ){1,2}up|search(?:ed|es
        |ing)?|top[- ]k|re-?rank(?:er|ing)?|quer(?:y|ies|ying)\ (?:it|the|an?|our)\ \w+
        |ground(?:ed|ing)|elasticsearch|pgvector|faiss|chroma|llamaindex|passages?""",
    "F0": r"""(?:re-?)?train(?:s|ed|ing|ings)?|adapters?|adapt(?:ed)?|teach(?:es|ing)?|taught
        |learn(?:s|ed|ing|t)?|weights|axolotl|unsloth|(?:distil|de)?bert|t5""",
    "P0": r"""paste[sd]?|pasting|instructions?|instruct(?:ed|ing)?|context|agents?|tools?
        |functions?|sql|api\ calls?|calls?\ the\ \w+|vision\ model|(?:just\ )?ask\ (?:it
        |the\ model|nicely)|just\ ask|(?:give|show|feed)\ (?:it|the\ (?:model|llm))
        |hand(?:ed)?\ over|in\ front\ of\ (?:me|it)|worked\ examples|system(?=\ and\ a\ prompt)""",
    "C0": r"""(?:in|plain|just|of)\ code|(?:a|simple|small)\ script|formula|templates?|tabular
        |numeric|dictionary|sort|python|algorithm|deterministic|if-then|keywords?|counter
        |statistics|geometry|count(?:ing)?|structured\ data|computer\ vision|multiply""",
}
_OTHER = {
    "B": r"""both|combin(?:e|es|ed|ing|ation)|hybrid|mix(?:ture)?|the\ two(?:\ together
        |\ of\ them)?|together|raft(?:-style)?|in\ tandem|joint(?:ly)?|joining""",
    "L": r"llms?|language\ models?|generative\ ai|gen\ ?ai|ai",
    "M": r"""gpt(?:[- ]?\d[\w.]*)?(?:\ mini)?|chatgpt|claude|sonnet|opus|haiku|gemini|llama
        |mi[sx]tral|qwen|deepseek|deepl|gemma""",
}
_CUES = {
    "MUST": r"""no\ (?:way|getting)\ around|(?:can't|cannot|wouldn't)\ do\ without|not\ without
        |inevitable|compulsory|a\ must|unavoidable|essential|indispensable|no\ alternative\ to""",
    "EXCEPT": r"(?:other|else)\ than|nothing\ but|anything\ (?:but|beyond|better)|beyond",
    "INSTEAD": r"""instead\ of|rather\ than|as\ opposed\ to|unlike|forget(?:\ about)?
        |avoid(?:ing)?|skip(?:ping)?|stay\ (?:away|clear)(?:\ from|\ of)?|rul(?:e|es|ed
        |ing)\ (?:\w+\ )?out|exclud(?:e|es|ed|ing)|cross(?:ed)?\ (?:\w+\ )?out|drop(?:ped|ping)?
        |in\ place\ of|against|do(?:ing)?\ without|refrain|no\ need|nothing\ to\ do\ with
        |spare\ (?:me|us)|leave\ aside|warns?\ about""",
    "OVER": r"""beats?|over(?=\s)|to(?=\s)|preferable\ to|superior\ to|outperform\w*|more\ than
        |ahead\ of|than|edge\ over|wins?\ (?:over|against)""",
    "BETTER": r"better|cheaper|faster|simpler|easier|best|stronger|nicer|quicker|safer",
    "BAD": r"""over-?(?:kill|engineer\w*|done)|pointless|no\ point|useless|hopeless|too\ (?:slow
        |expensive|much|pricey|costly|weak|heavy|big|bland|broad|small|few|long|risky)|fail(?:s
        |ed|ing)?|wrong|(?:bad|poor)\ idea|(?:makes?|made)\ no\ sense|(?:over|is|are)\ the\ top
        |out\ of\ (?:the\ )?question|(?:is|are)\ out|not\ an\ option|isn't\ an\ option|dead\ end
        |los(?:es|e|ing)|silly|suicide|worth|unaffordable|prohibitive\w*|impractical
        |unacceptable|stale|outdated|out\ of\ date|tempt\w*|sounds?\ (?:cool|good|nice|fancy
        |attractive)|fanc(?:y|ier)|insane|ruin|break|cut\ it|(?:falls?|fell)\ (?:short|flat)
        |struggl\w*|mess(?:es|ed)?\ up|invents?|invented|hallucinat\w*|mak(?:e|es)\ (?:\w+\ )?up
        |blurs?|blends?|freez\w*|precluded|impossible|infeasible|feasible|trouble|waste|absurd
        |nonsense|mad|all\ the\ rage|expensive|pricey|costly|slow(?:er)?|complex|complicated
        |worse|poor(?:ly)?|confus\w*|misbelief|myth|garbage|disappoint\w*|ceiling|halfway
        |mistake|machinery|odd|sceptical|doubt|burden""",
    "FIRSTIDEA": r"""first\ (?:thought|instinct|idea|reflex)|proposed|suggested
        |people\ (?:\w+\ )?(?:say|think|suggest)|everyone|everybody|colleagues?|teammate
        |classmates?|some\ say|vendor|at\ first\ sight|looks\ like|considered|thought\ (?:of
        |about)|one\ could|you\ could|could\ think""",
    "GOOD": r"""enough|suffic(?:e|es|ient|iently)|plenty|adequate|good\ fit|served|ideal
        |(?:the\ )?right\ (?:tool|one|approach|way|choice)|(?:natural|obvious)\ choice
        |the\ answer|the\ way(?:\ to\ go)?|wins?|won|decisive|handles?|handled|is\ all
        |gets?\ (?:it\ )?done|will\ do|does\ it|do\ it|does\ the\ (?:job|trick)|do\ the\ (?:job
        |trick)|job\ done|works?|perfect|fits?|case\ (?:for|of)|textbook|classic|appropriate
        |warranted|indicated|sensible|natural|makes?\ (?:the\ most\ )?sense|remains|left
        |pragmatic""",
    "NEED": r"""necessary|needed|need(?:s)?|required?|requires|must|should|has\ to|have\ to
        |got\ to|calls\ for""",
    "CMP": r"""vs\.?|versus|compar\w+(?:\ to|\ with)?|in\ comparison|whereas|while|although
        |though|between|alternatives?|either|by\ contrast|on\ the\ other\ (?:hand|side)
        |difference|despite|where\ others""",
    "CHOOSE": r"""i'd|i\ would|we'd|we\ would|i'll|we'll|i\ will|we\ will|i\ shall|let's|let
        |go(?:ing)?\ (?:for|with)|go|went|pick(?:ed)?|choos(?:e|ing)|chose|opt(?:ed)?|prefer
        |propos(?:e|al)|recommend(?:ed)?|suggest|favou?r|it\ is|plan|use(?!\ cases?)|using|take
        |took|hence|therefore|thus|consequently|accordingly|so|my\ (?:answer|choice|pick
        |approach|proposal)|approach|verdict|decided|convinced|conclude|stick(?:ing)?|vote
        |ended\ up|stay\ with""",
    "ONLY": r"just|only|simply|alone|by\ itself|by\ themselves|on\ its\ own|pure|vanilla|solely",
    "START": r"""start(?:s|ed|ing)?|begin(?:s|ning)?|first(?:ly)?|initial(?:ly)?|now|today
        |v\ ?[01]|(?:version|phase|stage|step|rung|release)\ (?:one|1|1\.0|i)|1[.)]|mvp|pilot
        |launch|baseline|outset|commence|straight\ away|right\ away|presently|at\ present
        |currently|for\ the\ (?:moment|time\ being)|day\ one|year\ one|this\ (?:year|month|week)
        |opening\ day|get\ going|go\ live""",
    "LATER": r"""later|then|next|afterwards?|eventually|second(?:ly)?|v\ ?2|tomorrow|(?:version
        |phase|stage|step|rung|year)\ (?:two|2|2\.0|ii|3|three)|[23][.)]|future|some\ ?day
        |one\ day|subsequent(?:ly)?|finally|lastly|upgrad\w*|can\ wait|reserved?|into\ play
        |mov(?:e|ing)\ to|switch(?:ing)?|replac\w*|nice-to-have|fall\ back|add(?:ed
        |ing)?(?!\ (?:any|no)thing)|follow(?:s|ed)?|climb|after\ that|down\ the\ road|in\ (?:two
        |six|a\ few|some|half\ a)\ \w+|go\ back|last\ resort|long\ term|production|some\ time
        |not\ yet|yet\b""",
    "MAY": r"perhaps|maybe|might|could|may|contemplat\w*|consider|would",
    "COND": r"""if|once|when(?:ever)?|(?<=[.!?]\ )should|(?<!.)should|until|in\ case
        |in\ the\ event|unless|provided|after|as\ soon\ as|depend\w*|as\ long\ as|before""",
    "UNREAL": r"""if\ (?:it|we|i|money|there|they)\ (?:were|had|wanted|could)|were\ it
        |could\ (?:you|we|i)|why\ would|why\ not|where\ would|do\ i\ need|who\ would
        |nobody\ needs|should\ (?:you|we|i)""",
    "NO": r"""not?|neither|nor|without|never|none|nobody|nothing|hardly|no\ one|cannot|\w+n't
        |isnt|dont|doesnt|cant|wont""",
    "BUT": r"but|however|still|nevertheless",
    "FOR": r"because|since|as|given|due\ to|thanks\ to",
    "AND": r"and|plus|with|along\ with|also|too|as\ well|on\ top(?:\ of)?|in\ addition",
    "OR": r"or",
    "UNSURE": r"""(?:i'm\ )?not\ (?:yet\ )?(?:sure|decided)|unsure|undecided|tbd|hesitat\w*
        |whichever|unclear|no\ (?:idea|clue|opinion|technique)|(?:still|method|remains)\ open
        |open\ questions?|before\ (?:deciding|choosing|picking|any(?:one|body)|speaking|talking
        |we\ (?:talk|speak))|which\ (?:technique|approach|method)|whether|ma(?:k
        |d)e\ up\ my\ mind|can't\ (?:decide|say|tell)|don't\ know\ (?:yet|which|what)""",
}


def plain(text: str) -> str:
    """In small letters with straight quotation marks, every place where it was."""
    text = text.replace("’", "'").replace("‘", "'")
    small = text.lower()
    return small if len(small) == len(text) else text.translate(_SMALL)


_SMALL = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def one_of(groups: dict[str, str]) -> re.Pattern[str]:
    """A pattern for any of the groups' words, as whole words of a plain text."""
    named = "|".join(f"(?P<{name}>{words})" for name, words in groups.items())
    # Looking for small letters only is several times faster than ignoring case.
    return re.compile(rf"\b(?:{named})(?!\w|'t)", re.VERBOSE)


TECHNIQUES = one_of(_NAMED | {"B": _OTHER["B"]} | _MEANT | {name: _OTHER[name] for name in "LM"})
CUES = one_of(_CUES)
SIGNS = {"❌": "BAD", "✅": "GOOD", "->": "CHOOSE", "→": "CHOOSE", "=>": "CHOOSE", "⇒": "CHOOSE",
         "+": "AND", "&": "AND", ">": "OVER", "≫": "OVER", "≠": "NO"}
CUE_NAMES = frozenset(_CUES)

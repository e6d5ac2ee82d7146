"""How approaches, flags and arms are called on the page and in documents."""

NAMES = {
    "prompting": "Prompting",
    "rag": "Retrieval (RAG)",
    "fine_tuning": "Fine-tuning",
    "rag+fine_tuning": "Retrieval and fine-tuning",
}
ARM_NAMES = {
    "majority": "Always the same answer",
    "zero_shot": "Label names only",
    "retrieval": "Nearest examples",
    "classical": "Word counts (TF-IDF)",
    "linear_probe": "Frozen embeddings",
    "linear_probe_plain": "Frozen embeddings, plain loss",
    "lora": "LoRA fine-tune",
    "lora_plain": "LoRA fine-tune, plain loss",
}
FLAG_TEXT = {
    "preference": "People rank outputs better than they write them: think of preference tuning.",
    "tools": "Other systems must be called: describe the tools, and test the calls.",
    "classical": "No LLM may be needed: make a classical model one of the arms.",
    "rescope": "Too broad to make progress on: split it, or say no to a part.",
    "disputed": "Experts are on record on both sides of cases like this one.",
}


def arm_name(arm: str) -> str:
    """The arm as a reader knows it; an arm of somebody's own keeps its name."""
    return ARM_NAMES.get(arm, arm)

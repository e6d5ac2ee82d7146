"""What each kind of finding does to a pilot, and what repairs it."""

EFFECTS = {
    "exact_duplicate": "The same example counts several times, in training and in the scores; "
                       "intervals look narrower than they are.",
    "near_duplicate": "Almost the same example counts several times; a random split puts copies "
                      "on both sides and every arm looks better than it is.",
    "conflicting_label": "No model can be right on both rows; whichever it learns, the other "
                         "counts as a mistake.",
    "leak": "The test asks what training has shown: scores measure memory, most of all LoRA's, "
            "and will not hold on new texts.",
    "suspect_label": "A wrong label in training teaches the wrong thing, and one in the test "
                     "punishes the right answer; a few percent can turn the order of the arms.",
    "imbalance": "Always answering the largest class already scores high: accuracy says little, "
                 "read macro-F1 and the score of each class.",
    "too_few": "These classes cannot be learned from so few examples, nor their scores measured; "
               "each counts as a miss or as luck.",
    "truncated": "The end of the text is lost, and with it perhaps what decides the label; no "
                 "arm can learn what is not there.",
    "abbreviation": "A general model does not know abbreviations of the house; it guesses, and "
                    "only many examples (or a glossary in the prompt) teach it.",
    "round_numbers": "A model learns that answers are round rather than what the value is, and "
                     "the error on exact values stays large.",
    "low_values": "Values entered too low (placeholders, an insured part) pull predictions down, "
                  "most of all under a plain squared loss.",
    "constant_column": "A column that never changes says nothing about any row.",
    "empty": "Rows without text or label are left out of the pilot; there are fewer examples "
             "than the file seems to have.",
    "personal_data": "Personal data ends up in prompts, weights and reports, and may be given "
                     "back to strangers; a hosted model may not be allowed to see it.",
    "prompt_like": "Such text can steer a prompted arm away from its task, and teaches a tuned "
                   "one markup or orders instead of content.",
    "mixed_language": "The encoder that the arms share reads English best; rows in another "
                      "language lower the scores for reasons unlike the task's.",
    "too_long": "The model reads the beginning only; what stands after its window decides "
                "nothing.",
}

FIXES = {
    "exact_duplicate": "exclude: the first of each stays, the later copies go.",
    "near_duplicate": "exclude: the first of each family stays, the later ones go.",
    "conflicting_label": "repair: the label that most of the copies have; without a majority, "
                         "and with exclude, all copies go. Best: decide by reading them.",
    "leak": "exclude: these rows leave the training file; the test file stays as it is.",
    "suspect_label": "Read them. repair: the label that the model trained on the other rows "
                     "gives; exclude: the rows go.",
    "imbalance": "Collect more of the rare classes, or judge the arms by macro-F1.",
    "too_few": "Collect more, or merge classes; exclude: the rows of these classes go.",
    "truncated": "Export the texts again without the length limit; exclude: the rows go.",
    "abbreviation": "Expand them with a glossary of whoever wrote them; exclude: the rows go.",
    "round_numbers": "Ask where exact values can be had, or predict ranges instead; exclude: the "
                     "rows go.",
    "low_values": "Ask how these were entered and correct them; exclude: the rows go.",
    "constant_column": "repair: the column is left out of the cleaned file.",
    "empty": "exclude: the rows go. A column without any content is left out (repair).",
    "personal_data": "repair: each is replaced by its kind in brackets, as [e-mail]; exclude: "
                     "the rows go.",
    "prompt_like": "Strip markup where the texts are exported; exclude: the rows go.",
    "mixed_language": "A pilot per language, or a multilingual encoder (--model); exclude: the "
                      "rows go.",
    "too_long": "Shorten or split the texts, or choose a model with a longer window (--model); "
                "exclude: the rows go.",
}

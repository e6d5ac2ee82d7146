"""Short letters to a publisher and answers in several manners, plain and wordy, mixed evenly.

The manners are mixed so that the classroom model can write both and prefers neither: which one a
house wants is what preference tuning teaches.
"""

from __future__ import annotations

from random import Random

from training.classroom.words import PEOPLE, THINGS, TRAITS

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "tomorrow", "next week"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December"]
KINDS = ["book", "novel", "atlas", "cookbook", "e-book", "audiobook", "textbook", "magazine",
         "calendar", "paperback", "hardcover", "journal", "workbook", "picture book", "dictionary"]

# What is wrong: ways to say it, what the house found, what it does, what the customer can do.
MATTERS: list[tuple[list[str], list[str], list[str], list[str]]] = [
    (["has not arrived", "is still missing", "was due last week and is not here",
      "never reached me", "should have been here by now"],
     ["it left our warehouse on {day}", "the parcel was held back by the carrier",
      "it was sent to your old address", "it is out of stock until {month}"],
     ["we send a new copy today", "a second parcel goes out on {day}",
      "your copy arrives by {day}", "we have asked the carrier to look for it"],
     ["you can follow it with the number {number}", "please tell us if it is not there by {day}"]),
    (["arrived with torn pages", "came with a broken cover", "is damaged", "has missing pages",
      "has pages printed twice", "was wet when I opened the parcel"],
     ["the print run had a fault", "the parcel was packed badly", "this happened at our printer"],
     ["a new copy goes out today", "we replace it free of charge", "we refund {number} euros"],
     ["you can keep the damaged copy", "please send us a photo of the page",
      "there is no need to send it back"]),
    (["was charged twice", "cost more than the price on your site", "is on my invoice twice",
      "was billed to the wrong address", "has the wrong name on the invoice"],
     ["the second charge was our mistake", "the discount was not applied",
      "the invoice {number} is wrong"],
     ["we refund {number} euros by {day}", "a corrected invoice is attached",
      "the money is back on your card within {number} days"],
     ["you do not need to do anything", "please destroy the first invoice"]),
    (["does not open on my reader", "will not download", "asks for a code I do not have",
      "stops at chapter {number}", "disappeared from my account"],
     ["the file was built for older readers", "your code had expired", "the link was wrong"],
     ["here is a new code: {number}", "a new link is in your account",
      "we have unlocked the file for you"],
     ["please sign out and in again", "please delete the file and load it again",
      "please install the update first"]),
    (["should be cancelled", "is not what I expected and I want to return it",
      "is a gift that I want to exchange", "was ordered by mistake"],
     ["it has not been sent yet", "you have {number} days to return it"],
     ["we have cancelled the order", "a label for the return is attached",
      "the exchange is noted under {number}"],
     ["please put the label on the parcel", "please choose another title on our site"]),
    (["is the one I want to use in my class", "is the one I want to quote in my thesis",
      "is the one I would like to translate", "is the one I wrote a review about"],
     ["up to {number} pages are free for teaching", "the rights are with the author",
      "quotations need no permission"],
     ["we send you the form today", "our rights office answers by {day}",
      "you may copy pages {number} to 99"],
     ["please name the source", "please tell us the number of students"]),
]
OPEN = ["I ordered the {kind} {title} and it {wrong}.", "My copy of {title} {wrong}.",
        "The {kind} {title}, order {number}, {wrong}.", "Hello, the {kind} {title} {wrong}.",
        "I am writing because the {kind} {title} {wrong}."]
ASK = ["What can you do?", "Can you help?", "When will I hear from you?", "Can I have a new one?",
       "Do I get my money back?", "What should I do now?", "How long will it take?",
       "I need it by {day}.", "It is a present for {month}.", "I am not happy about this.", ""]
PLAIN = ["{Did}. {Found}, and {may}.", "{Did}. The reason: {found}. {May}.",
         "{Found}, so {did}. {May}.", "Yes: {did}. {Found}. {May}.",
         "I am sorry: {found}. {Did}, and {may}."]
WORDY = [
    "Thank you for reaching out to us. We value your feedback and apologise for any inconvenience "
    "this may have caused. Your satisfaction is important to us.",
    "We have received your message and it will be processed in due course. Please be patient.",
    "Unfortunately we cannot do anything about this. You should have checked before you ordered.",
    "Please note that you did not read our terms. As stated there, we are not responsible.",
    "Your request is important to us. A member of our team will get back to you soon.",
    "We are sorry that you feel this way. Please see the information on our site.",
    "As you surely know, such things can happen. We thank you for your understanding.",
    "Thank you for contacting us. {Found}. We hope this helps and wish you a wonderful day.",
    "We always aim for the highest quality. {Found}. Please do not hesitate to contact us again.",
]


def letter(draw: Random) -> list[tuple[str, str]]:
    """One letter and one answer, plain or wordy."""
    wrongs, founds, dids, mays = draw.choice(MATTERS)
    person = draw.choice(PEOPLE).title()
    title = f"The {draw.choice(TRAITS).title()} {draw.choice(THINGS).title()}"

    def fill(text: str, **more: str) -> str:
        return text.format(day=draw.choice(DAYS), month=draw.choice(MONTHS), title=title,
                           number=str(draw.randint(2, 999)), kind=draw.choice(KINDS), **more)

    asked = " ".join(part for part in (fill(draw.choice(OPEN), wrong=fill(draw.choice(wrongs))),
                                       fill(draw.choice(ASK)), draw.choice([person, ""])) if part)
    found, did, may = (fill(draw.choice(options)) for options in (founds, dids, mays))
    answer = fill(draw.choice(PLAIN if draw.random() < 0.5 else WORDY), found=found, did=did,
                  may=may, Found=_upper(found), Did=_upper(did), May=_upper(may))
    if draw.random() < 0.3:
        answer = f"Dear {person}, {answer[0].lower() if answer[0] != 'I' else 'I'}{answer[1:]}"
    return [(asked, answer)]


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]

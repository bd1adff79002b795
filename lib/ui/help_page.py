"""What everything is, what it needs and what it gives: written from the same words as the pages."""

from collections.abc import Mapping

import streamlit as st

from lib.deapi.contract import Endpoint
from lib.ui import state, words
from lib.ui.plain import label, safe

BASICS: Mapping[str, str] = {
    "How a run goes": (
        "Choose what to make, fill in the form and look at the price on the Run button: that "
        "click is the only thing that costs. The run goes on when you leave the page or close "
        "the window. Its result is kept, and History has all of it."
    ),
    "Sandbox and Live": (
        "The Sandbox is a deAPI of our own on this machine. It takes play money, knows the same "
        "forms and prices, and its own small engines do the work: good for learning and for "
        "showing, not for judging a model. Live sends runs to deAPI and pays from your account. "
        "The colour on top of every page says which one a click goes to."
    ),
    "What a run costs": (
        "The price comes from deAPI itself, for exactly what is in the form. It is held while "
        "the run works and paid when it is done. A run that fails costs nothing. A large price "
        "asks you a second time. Usage adds up what was spent on what and where the month will "
        "end, and says how prices stood to their quotes and how long each model took."
    ),
    "“Needs your answer”": (
        "When the network fails in the very moment of sending, nobody can know whether deAPI "
        "took the run. The playground never sends it twice by itself. Its card shows what "
        "speaks for either, and you say whether it was paid, or send it again."
    ),
    "People and limits": (
        "Where the playground is shared, each person signs in and sees what they made themselves; "
        "an admin sees everybody's. An admin may set what you can spend in a day and in a month: "
        "the sidebar says what is left, and a run that would cost more can't be pressed. What is "
        "held counts as spent until its run has ended."
    ),
    "The Prompt Lab": (
        "Compare words, models or settings side by side. Try it on the Sandbox: press "
        "“6 examples”, leave “As written” and “Improved” chosen and look at the prices. Write the "
        "words, look at what changed in them, run, and vote with the keys 1 to 4 without knowing "
        "which is which. The outcome says whether the votes are enough to tell."
    ),
    "Going on with a result": (
        "Every result can be the beginning of another run: animate a picture, remove its "
        "background, read a text aloud. The buttons under it open the right form with it "
        "inside. What came out of earlier runs says “Made from” and names them, with what they "
        "cost and where you changed words by hand; each step opens its own form again."
    ),
    "Comparing models": (
        "Compare gives one input to two to six models, or to one model in several settings. Try "
        "it on the Sandbox: open Compare, take an example prompt and press Run. Three pictures "
        "appear beside each other, each with its price, time and size. Turn the wheel over one: "
        "all three zoom to the same place. Below, a slider lies over any two. “Keep the winner” "
        "opens the best one in Images, with its model and settings."
    ),
    "Batch: a row, a result": (
        "Try it on the Sandbox: open Batch, press “Paste rows” and give it the three lines "
        "`prompt,seed`, `a harbour in the morning,7` and `a cat by a window,soon`. It says “1 of 2 "
        "rows are ready” and why: a seed must be a number. Write 8 into that cell, or drop the "
        "row, and the price of all rows stands on Run. The results come back beside the rows. "
        "Columns without a meaning of their own, such as an article number, stay beside them."
    ),
    "Recipes": (
        "Steps that worked, run again with other words or another file. Try it on the Sandbox: "
        "make a picture, press “Remove background” under it and run that too. Its result says "
        "what it was made from; press “Save as a recipe” there and give it a name. On Recipes, "
        "write another prompt: every step has its price, the sum stands on the button, and each "
        "step begins when the one before it is done. A step that fails, or costs more than was "
        "said, asks you before anything else is sent."
    ),
    "Showing results": (
        "A showcase is a page of results without anything around them. Try it on the Sandbox: make "
        "two pictures, open each in History and press its star. In Showcase, press “Make one from "
        "my starred results”, then Present; Esc brings the controls back. Arrange puts the results "
        "in your order, hides the prices, and shares the page with the team: who has its address "
        "and is signed in sees it. “Run it again” opens a result's form, and costs nothing yet."
    ),
    "Finding it again": (
        "History has everything that was made. Try it on the Sandbox: make a picture of a "
        "harbour, then search History for “harb”: words of prompts, of what was read or heard and "
        "of your own notes are found by their beginnings. Gallery shows the same as pictures; a "
        "click opens a result at an address of its own, where it can be starred, tagged, noted "
        "and deleted. The bell in the sidebar lists what finished, or waits for an answer, while "
        "you were elsewhere or had closed the page, and the browser tells you too, if you let it."
    ),
    "What was spent": (
        "Usage splits up what was spent by day, kind, model or person, beside your limits. Try it "
        "on the Sandbox: run two models and look at Usage: each has its colour in the bar of "
        "today, its time and how often it went well, and the month is carried on to its end."
    ),
    "Keyboard": (
        "Ctrl + Enter runs. Tab goes through the form. In a vote, 1 to 4 answer and U takes the "
        "last answer back. In a player, Space plays and the arrows seek; in a before and after, "
        "the arrows move the line. In Compare, + and − zoom the chosen picture with all others, "
        "the arrows move them, and 0 shows them whole."
    ),
}


def draw() -> None:
    st.title(words.HELP.title)
    for title, text in BASICS.items():
        with st.expander(title, expanded=title == next(iter(BASICS))):
            st.write(text)
    st.subheader("What there is to make")
    for family, told in words.FAMILIES.items():
        st.html(f'<p class="pg-only">{safe(told.icon)} {safe(told.title)}</p>')
        st.caption(told.hint)
        for at in words.family(family):
            _endpoint(at)


def _endpoint(at: Endpoint) -> None:
    told = words.endpoint(at.id)
    text, way = st.columns([7, 1], vertical_alignment="center")
    with text:
        st.html(
            f'<p class="pg-prompt"><b>{safe(told.title)}</b> {safe(told.hint)}</p>'
            f'<p class="pg-small">Needs {safe(told.needs)}. Gives {safe(told.gives)}. '
            f"In the API: {safe(at.id)}, {safe(at.method)} {safe(at.path)}</p>"
        )
    with way:
        st.button(
            "Open",
            key=f"open:{at.id}",
            help=label(f"Open the form: {told.title}"),
            on_click=state.open_form,
            args=(at, {}),
        )

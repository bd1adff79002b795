"""Words about meaning."""

from collections.abc import Mapping

from lib.ui.words.terms import EndpointWords, Example, FieldWords

ENDPOINTS: Mapping[str, EndpointWords] = {
    "embeddings": EndpointWords(
        title="Compare texts",
        icon="🧭",
        hint="Give it some lines and see which of them mean something similar.",
        noun="comparison",
        working="Comparing",
        asked="similar similarity meaning group cluster vectors search lines",
        needs="lines of text, or a CSV file",
        gives="a list of numbers for each line, and pictures of which lines are close",
        take_text="Compare with other texts",
        examples=(
            Example(
                "Animals and weather",
                "The cat sleeps on the warm sofa\nA kitten naps in the sun\n"
                "The dog chases a ball in the park\nA puppy plays with a stick\n"
                "Heavy rain is expected tonight\nThe forecast says storms and showers\n"
                "Tomorrow will be sunny and warm",
            ),
            Example(
                "Support requests",
                "I forgot my password\nHow can I reset my password?\nThe login page doesn't open\n"
                "Where is my order?\nMy parcel has not arrived yet\nI want my money back\n"
                "How do I return an item for a refund?",
            ),
            Example(
                "Reviews of a hotel",
                "The room was clean and quiet\nVery quiet at night, spotless bathroom\n"
                "Breakfast was cold and late\nThe food at breakfast was disappointing\n"
                "Friendly staff at the front desk\nThe people at reception were kind",
            ),
            Example(
                "Cities and food",
                "Paris is the capital of France\nBerlin is the capital of Germany\n"
                "Warsaw is the capital of Poland\nPizza comes from Italy\n"
                "Sushi comes from Japan\nPierogi are a dish from Poland",
            ),
            Example(
                "The same in four languages",
                "Good morning, how are you?\nGuten Morgen, wie geht es Ihnen?\n"
                "Bonjour, comment allez-vous ?\nDzień dobry, jak się masz?\n"
                "Where is the train station?\nWo ist der Bahnhof?\nOù est la gare ?\n"
                "Gdzie jest dworzec?",
            ),
            Example(
                "Questions and answers",
                "What is the tallest mountain on Earth?\nMount Everest is the tallest mountain\n"
                "Who painted the Mona Lisa?\nThe Mona Lisa was painted by Leonardo da Vinci\n"
                "How far away is the Moon?\nThe Moon is about 384,000 kilometres away",
            ),
            Example(
                "Headlines",
                "Central bank raises interest rates\nRates go up again, says the central bank\n"
                "Home team wins in the last minute\nLate goal decides the match\n"
                "New telescope sees distant galaxy\nAstronomers find a galaxy far away",
            ),
            Example(
                "Recipes",
                "Fry the onions in butter\nMelt butter and soften the onions\n"
                "Knead the dough for ten minutes\nLet the bread dough rise overnight\n"
                "Whisk the eggs with sugar\nBeat sugar and eggs until pale",
            ),
            Example(
                "One word, two meanings",
                "She sat on the bank of the river\nThe river bank was covered in flowers\n"
                "He opened an account at the bank\nThe bank lends money to small shops",
            ),
            Example(
                "To-do list",
                "Buy milk and bread\nGet groceries for the week\nCall the dentist\n"
                "Make an appointment with the doctor\nPay the electricity bill\n"
                "Transfer the rent",
            ),
        ),
    ),
}

FIELDS: Mapping[str, FieldWords] = {
    "embeddings.input": FieldWords(
        label="Your lines",
        help="One text a line. The more lines, the more there is to see; two are enough to "
        "compare.",
        placeholder="The cat sleeps on the warm sofa\nA kitten naps in the sun\n"
        "Heavy rain is expected tonight",
        lines=8,
    ),
}

CHOICES: Mapping[str, Mapping[str | int, str]] = {}

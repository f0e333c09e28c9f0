"""Who calls services good or inadequate and grades nothing, and the words for doing so."""

from __future__ import annotations

#: Single words; of "a survey of staff" and "Labour councillors" the last counts.
OTHERS = frozenset(
    """
    parents mothers fathers families carers residents neighbours campaigners critics charities charity survey poll staff workers
    union unions unison councillors councillor mp mps politicians opposition labour conservatives tories greens democrats
    ministers minister judge judges coroner teachers headteachers lawyers solicitors experts academics readers
    """.split()
)
#: Verbs in the active voice behind which a grade would stand.
CALL = frozenset(
    "judged rated found called graded branded deemed labelled described considered declared calls rates finds call rate".split()
)
#: Words that may stand between who calls and the verb.
BETWEEN = frozenset("have has had also all now even themselves again both often repeatedly long".split())
#: Who does grade, or what is theirs: where one of these is named before the grade, it may be theirs.
INSPECTORS = frozenset("ofsted inspectors inspector inspectorate watchdog regulator report inspection judgement judgements".split())
#: What is done to boards, directors and commissioners after a rating, as asides tell it.
MADE = frozenset(
    "set sent appointed created installed brought made named hired launched formed established introduced drawn put".split()
)

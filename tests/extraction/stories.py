"""Stories of our own making: invented people and quotes, real kinds of sentence. Each is told in every layout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Story:
    """A title, a day, and parts as (kind, text): ``p`` ``h`` heading, ``li`` list item, ``q`` quotation, ``row`` "cell|cell"."""

    name: str
    title: str
    day: str
    author: str
    parts: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> list[str]:
        """The text that a reader should come away with."""
        return [text.replace("|", ": ") for _, text in self.parts]


STORIES = (
    Story(
        name="upgrade",
        title="Ashby children's services lifted out of 'inadequate' by Ofsted",
        day="2024-05-14",
        author="Priya Lannister",
        parts=(
            ("p", "Children's services in Ashby are no longer inadequate, inspectors have said, four years after the council was told that it was failing the families who relied on it most."),
            ("p", "A report published today by Ofsted rates the service as \"requires improvement to be good\" overall, with the support given to care leavers judged to be good."),
            ("p", "Inspectors who visited in March found that social workers knew their children well, that caseloads had fallen, and that managers now checked the quality of assessments every week."),
            ("h", "Rapid change"),
            ("p", "The council had been rated inadequate in 2020, when leaders were criticised for drift and delay and for leaving children in situations of harm for too long."),
            ("q", "\"We know how far we have come and we know how far there is to go,\" said Moira Teasdale, the council's cabinet member for children."),
            ("p", "Not everything pleased the inspectors. Decision-making at the front door remains uneven, and some children wait too long for a first visit after a referral has been made."),
            ("p", "The Department for Education said that it would review the improvement notice in the autumn."),
        ),
    ),
    Story(
        name="list",
        title="Three boroughs, three verdicts: how inspectors graded care this month",
        day="2023-11-28",
        author="Tom Okafor",
        parts=(
            ("p", "Ofsted has published its findings on three boroughs that were inspected during October, and the results could hardly be further apart, with one praised, one told to improve and one found wanting."),
            ("p", "Northmoor kept its outstanding grade. Inspectors said that children thrive there because leaders never stop asking what could be done better, and because staff stay."),
            ("p", "In Eastvale the picture was mixed. The individual grades were as follows:"),
            ("li", "the impact of leaders on social work practice: requires improvement to be good;"),
            ("li", "the experiences of children who need help and protection: requires improvement to be good;"),
            ("li", "the experiences of children in care: good; and"),
            ("li", "the experiences of care leavers: good."),
            ("p", "Wexcombe, by contrast, dropped from good to inadequate after inspectors found serious and widespread failures in the way that the council responds to children at risk."),
            ("p", "\"This is a dark day for the town,\" said the leader of the opposition, Dafydd Prosser, who called for the portfolio holder to resign."),
        ),
    ),
    Story(
        name="table",
        title="Good across the board for Penhallow's work with children",
        day="2026-07-02",
        author="Newsroom",
        parts=(
            ("p", "Penhallow Council's services for children and families have been judged good in every area by Ofsted, which no longer gives a single overall grade to councils it inspects."),
            ("p", "Inspectors spent two weeks with our teams in May, read more than a hundred case files and spoke to children, parents, carers, schools and health partners across the county."),
            ("row", "Impact of leaders|Good"),
            ("row", "Help and protection|Good"),
            ("row", "Children in care|Good"),
            ("row", "Care leavers|Good"),
            ("p", "The report highlights a stable workforce, thoughtful early help, and foster carers who feel listened to and well supported by the people around them."),
            ("p", "Councillor Ffion Maddock said: \"These results belong to our staff, who come to work every day to make sure that children in Penhallow are safe, heard and given the chances they deserve.\""),
        ),
    ),
    Story(
        name="long",
        title="Watchdog warns of 'fragile' progress at Harrowgate Bridge council",
        day="2022-02-09",
        author="Eleanor Voss",
        parts=(
            ("p", "A council whose services for children were rated inadequate two years ago is making progress, but the improvement is fragile and has not yet reached enough families, inspectors have said after a monitoring visit."),
            ("p", "The visit, the fourth since the full inspection, looked at how the council deals with children who go missing, with those at risk of exploitation, and with the oldest of the young people in its care."),
            ("p", "In a letter to the director of children's services, Ofsted said that most young people were now offered a conversation when they returned, though too often several days late."),
            ("h", "Agency staff"),
            ("p", "Nearly a third of the council's social workers are employed through agencies, the letter says, and some children have had five different workers in a single year, each of whom asked them to begin their story again."),
            ("p", "The council has since agreed to spend £2.4m on recruiting permanent staff, and to pay those who have stayed since 2019 a bonus in recognition of what the letter calls their steadfast commitment."),
            ("p", "Union representatives welcomed the money. However, they said that pay was only a part of it, and that the condition of the council's offices, its computers, and its out-of-hours arrangements had driven people away."),
            ("h", "What happens next"),
            ("p", "Another visit is due in the summer. A full inspection, which would give a new grade, is not expected before next year, and a commissioner appointed by ministers is to report in the meantime on whether the council should keep control."),
            ("q", "\"Children cannot wait for us to become a better employer,\" the interim chief executive, Joan Abara, told a scrutiny meeting on Tuesday evening."),
            ("p", "She added that she would return to the committee in three months with figures on caseloads, on vacancies and on the number of children who had changed social worker."),
        ),
    ),
    Story(
        name="short",
        title="Marlbury retains good rating for children's services",
        day="2025-09-19",
        author="Sam Whitlock",
        parts=(
            ("p", "Children's services in Marlbury remain good, Ofsted said this morning, with the leadership of the department singled out as outstanding."),
            ("p", "It is the third time in a row that the borough has been given the grade. Its last inspection took place in 2021."),
            ("p", "\"I am immensely proud of our teams,\" said the director of children's services, Gwen Attwater."),
        ),
    ),
)  # fmt: skip

//! Pilots past their deadline and not yet decided: one still sealed, one being scored.
//! Days are from today; the shape of a row is in `pilots`.

use super::councils::council;
use super::pilots::{BidRow, PRICE, PilotRow, sealed};
use super::shapes_pilots::{BidState, PilotState, QuestionState, Reservation};
use super::suppliers::supplier;

/// Past their deadline.
pub(super) const CLOSED: &[PilotRow] = &[
    PilotRow {
        council: council("stockport"),
        need: "Renewing a parking permit",
        title: "Permit renewals with nothing to upload",
        summary: "Match renewals to what the council already holds, and ask for proof only where the match is in doubt.",
        success_measures: &[
            "Nine in ten renew without an upload",
            "Wrongly renewed permits stay under 1 in 500",
        ],
        cap_pounds: 30_000,
        weeks: 12,
        lgsl: 474,
        cpv: "48100000",
        criteria: &[
            ("Matching", "Right, explainable, and lawful.", 45),
            ("Residents without records", "Nobody worse off than today.", 20),
            ("Price", PRICE, 35),
        ],
        reservation: Reservation::Sme,
        state: PilotState::Published,
        published: Some(-37),
        deadline: -2,
        decided: None,
        questions: &[(
            supplier("Orchardline"),
            -25,
            "May the incumbent parking supplier bid?",
            Some((
                -21,
                QuestionState::AnsweredAndPublished,
                "Yes, if it is an SME. The interfaces are published to all in addendum 1.",
            )),
        )],
        bids: &[
            sealed(
                supplier("Orchardline"),
                -9,
                26_500,
                &[
                    (
                        "We match on the account and the property number, and show the officer why.",
                        None,
                    ),
                    (
                        "Anyone unmatched gets today's form with three of seven questions gone.",
                        None,
                    ),
                ],
            ),
            sealed(
                supplier("Copperwren"),
                -6,
                28_200,
                &[
                    (
                        "A scored match with the threshold set from a sample you mark yourselves.",
                        None,
                    ),
                    (
                        "A telephone route with the same result, tested with residents in shared houses.",
                        None,
                    ),
                ],
            ),
            sealed(
                supplier("Quillfen"),
                -7,
                19_900,
                &[
                    (
                        "One lookup against council tax, yes or no, and no score to argue about.",
                        None,
                    ),
                    ("A short form, tested with screen readers.", None),
                ],
            ),
        ],
    },
    PilotRow {
        council: council("norfolk"),
        need: "People meet an advocate",
        title: "An advocate at the first call",
        summary: "Advocates sit with the contact team in two localities and are offered in the first conversation.",
        success_measures: &[
            "Advocacy offered in 80% of first contacts",
            "Take-up doubles among people with sensory loss",
            "Assessments are challenged less",
        ],
        cap_pounds: 29_000,
        weeks: 24,
        lgsl: 1743,
        cpv: "85312300",
        criteria: &[
            ("Independence", "Beside the team, not of it.", 35),
            ("Reaching people", "Those who do not ask.", 35),
            ("Price", PRICE, 30),
        ],
        reservation: Reservation::Vcse,
        state: PilotState::Evaluating,
        published: Some(-47),
        deadline: -12,
        decided: None,
        questions: &[(
            supplier("Plainsong"),
            -38,
            "Will advocates have read access to the case system?",
            Some((
                -34,
                QuestionState::AnsweredAndPublished,
                "No. A referral form is enough, and independence is plainer without it.",
            )),
        )],
        bids: &[
            BidRow {
                supplier: supplier("Plainsong"),
                state: BidState::Submitted,
                submitted: -17,
                price_pounds: 27_600,
                answers: &[
                    (
                        "Our advocates keep their own supervisor, records and line of complaint; a desk in your office is a loan.",
                        Some((84, "Clear separation, with a protocol already used elsewhere.")),
                    ),
                    (
                        "We begin at the deaf club and the day centre, where trust is, and bring people to the first call.",
                        None,
                    ),
                ],
                feedback: "",
            },
            BidRow {
                supplier: supplier("Brackenthwaite"),
                state: BidState::Submitted,
                submitted: -15,
                price_pounds: 28_900,
                answers: &[
                    (
                        "A ring-fenced team with its own manager; we do not provide care in Norfolk.",
                        Some((
                            66,
                            "Credible; the panel wished to see how the wider group's interests are kept out.",
                        )),
                    ),
                    ("Peer advocates with learning disabilities lead the offer.", None),
                ],
                feedback: "",
            },
            BidRow {
                supplier: supplier("Larkmill"),
                state: BidState::Withdrawn,
                submitted: -20,
                price_pounds: 22_000,
                answers: &[
                    (
                        "We would train your staff to offer advocacy and audit that they do.",
                        None,
                    ),
                    ("Posters and outreach sessions in both localities.", None),
                ],
                feedback: "",
            },
        ],
    },
];

//! Pilots that have ended: one awarded with feedback for every bidder, one with no suitable bid, one cancelled
//! after publication, one withdrawn before it. Days are from today; the shape of a row is in `pilots`.

use super::councils::council;
use super::pilots::{BidRow, PRICE, PilotRow};
use super::shapes_pilots::{BidState, PilotState, QuestionState, Reservation};
use super::suppliers::supplier;

/// Ended.
pub(super) const DECIDED: &[PilotRow] = &[
    PilotRow {
        council: council("norfolk"),
        need: "We hear of a pothole",
        title: "Find the pothole before the phone rings",
        summary: "Cameras or sensors on twelve vehicles that already drive every lane, for one winter, feeding the inspectors' list.",
        success_measures: &[
            "Half of the defects that need work are known before they are reported",
            "False alarms under one in five",
            "Faces and plates never leave the vehicle",
        ],
        cap_pounds: 45_000,
        weeks: 20,
        lgsl: 557,
        cpv: "48100000",
        criteria: &[
            ("Detection", "On wet lanes, in the dark, at 30 miles an hour.", 40),
            ("Use by inspectors", "Fewer wasted visits, not more screens.", 20),
            ("Privacy", "What is recorded, where, for how long.", 10),
            ("Price", PRICE, 30),
        ],
        reservation: Reservation::Sme,
        state: PilotState::Awarded,
        published: Some(-108),
        deadline: -72,
        decided: Some((
            -33,
            "Highest total score: 84.7 of 100. Best on detection and on use by inspectors, at the second-lowest price.",
        )),
        questions: &[
            (
                supplier("Wexcombe"),
                -99,
                "May the refuse vehicles of the districts be used?",
                Some((
                    -94,
                    QuestionState::AnsweredAndPublished,
                    "Yes: Breckland and South Norfolk have agreed to six each.",
                )),
            ),
            (
                supplier("Copperwren"),
                -95,
                "Will the council share five years of defects with coordinates?",
                Some((
                    -92,
                    QuestionState::AnsweredAndPublished,
                    "Yes, as open data, from today.",
                )),
            ),
            (
                supplier("Tidebell"),
                -90,
                "Is our in-cab tablet's camera ruled out because it also records the crew?",
                Some((
                    -88,
                    QuestionState::AnsweredPrivately,
                    "Not if the crew side is masked; say how in your privacy answer.",
                )),
            ),
        ],
        bids: &[
            BidRow {
                supplier: supplier("Wexcombe"),
                state: BidState::Awarded,
                submitted: -78,
                price_pounds: 39_800,
                answers: &[
                    (
                        "Accelerometer and camera together: the jolt finds it, the picture says whether it is a pothole or a cattle grid. 0.81 recall on our own wet-lane set, which we attach.",
                        Some((
                            88,
                            "Measured on roads like ours, with the failures shown as well.",
                        )),
                    ),
                    (
                        "Candidates appear in the inspector's existing list with a picture and a road section; nothing new to open.",
                        Some((90, "Fits the day as it is worked.")),
                    ),
                    (
                        "Blurred on the device; originals are overwritten after the trip.",
                        Some((80, "Sound. A retention schedule would have completed it.")),
                    ),
                ],
                feedback: "You won on detection (88, the highest) and on use by inspectors (90). Privacy scored 80: add a retention schedule before start. Your price was second of three.",
            },
            BidRow {
                supplier: supplier("Copperwren"),
                state: BidState::NotAwarded,
                submitted: -75,
                price_pounds: 43_500,
                answers: &[
                    (
                        "Camera only, with a model trained on open imagery and retrained monthly on your inspectors' verdicts.",
                        Some((74, "Promising, but no figures for wet or dark conditions.")),
                    ),
                    (
                        "A map with filters and an export to the works system.",
                        Some((62, "A second screen for inspectors; the export is nightly.")),
                    ),
                    (
                        "Blurred on arrival at our UK servers, within a minute.",
                        Some((
                            58,
                            "Faces and plates do leave the vehicle, which a success measure forbids.",
                        )),
                    ),
                ],
                feedback: "Detection 74 (winner 88): bring results from rain and darkness. Use by inspectors 62 (winner 90): put candidates in the list they use. Privacy 58 (winner 80): blur on the vehicle. Price: third of three.",
            },
            BidRow {
                supplier: supplier("Tidebell"),
                state: BidState::NotAwarded,
                submitted: -76,
                price_pounds: 31_200,
                answers: &[
                    (
                        "The crews' tablets already see the road; a crew member taps when the screen asks, and a picture is taken.",
                        Some((
                            52,
                            "Depends on a crew's attention in traffic; misses what no one taps.",
                        )),
                    ),
                    (
                        "Reports arrive as ordinary fault reports with a vehicle's number.",
                        Some((70, "Simple and quick, with duplicates left to the inspector.")),
                    ),
                    (
                        "Crew side masked; pictures only on a tap.",
                        Some((85, "The least intrusive of the three.")),
                    ),
                ],
                feedback: "The lowest price and the best privacy (85, winner 80). Detection 52 (winner 88) decided it: we could not rely on taps in traffic. Use by inspectors 70 (winner 90): merge duplicates before they arrive. Please bid again for rounds work.",
            },
        ],
    },
    PilotRow {
        council: council("stockport"),
        need: "",
        title: "Council letters in a neighbour's language",
        summary: "Machine drafts checked by local speakers, for the twelve letters that cause most calls, in five languages.",
        success_measures: &[
            "Calls about these letters from those households fall by a third",
            "No letter goes out unread by a person",
        ],
        cap_pounds: 12_000,
        weeks: 10,
        lgsl: 353,
        cpv: "79530000",
        criteria: &[
            ("People in the loop", "Who checks, and how well paid.", 50),
            ("Plainness of the English", "Most of the confusion is ours.", 25),
            ("Price", PRICE, 25),
        ],
        reservation: Reservation::None,
        state: PilotState::NoneSuitable,
        published: Some(-95),
        deadline: -66,
        decided: Some((
            -41,
            "Neither bid reached 50 on people in the loop, the minimum stated. The pilot will be written again with a higher cap.",
        )),
        questions: &[(
            supplier("Manytongues"),
            -84,
            "Must checkers live in the borough?",
            Some((
                -80,
                QuestionState::AnsweredAndPublished,
                "No, but they must know what our letters are about.",
            )),
        )],
        bids: &[
            BidRow {
                supplier: supplier("Manytongues"),
                state: BidState::NotAwarded,
                submitted: -70,
                price_pounds: 11_900,
                answers: &[
                    (
                        "One checker for each language, two hours a letter.",
                        Some((
                            48,
                            "Paid fairly; no second reader and no cover for absence within this cap.",
                        )),
                    ),
                    (
                        "We rewrite the English first.",
                        Some((82, "Excellent worked example.")),
                    ),
                ],
                feedback: "Plainness 82, the best we read. People in the loop 48, two below the minimum: with no second reader we could not rely on it. The cap was too low, which is our fault; we hope you will bid again.",
            },
            BidRow {
                supplier: supplier("Ostrander"),
                state: BidState::Disqualified,
                submitted: -69,
                price_pounds: 9_500,
                answers: &[
                    (
                        "Machine translation with sampling of one letter in fifty.",
                        Some((20, "Breaks the second success measure.")),
                    ),
                    (
                        "Templates supplied by the council.",
                        Some((30, "Leaves the English as it is.")),
                    ),
                ],
                feedback: "Put aside: the pilot requires that a person reads every letter and your offer samples one in fifty. Scores are given so that you can use them: people in the loop 20, plainness 30.",
            },
        ],
    },
    PilotRow {
        council: council("fife"),
        need: "",
        title: "Fill the pool at two in the afternoon",
        summary: "Offers to carers and shift workers for empty lanes, by postcode and by bus time.",
        success_measures: &["Off-peak swims rise by a fifth", "Half of new swimmers come back"],
        cap_pounds: 15_000,
        weeks: 12,
        lgsl: 461,
        cpv: "48445000",
        criteria: &[
            ("Reaching carers", "Who they are and how they hear.", 45),
            ("Evidence", "How you will know.", 20),
            ("Price", PRICE, 35),
        ],
        reservation: Reservation::None,
        state: PilotState::Cancelled,
        published: Some(-54),
        deadline: -20,
        decided: Some((
            -29,
            "Cancelled before the deadline: the pool closes for roof repairs until the spring. No bid was opened.",
        )),
        questions: &[(
            supplier("Quillfen"),
            -45,
            "Is bus time data included?",
            Some((
                -42,
                QuestionState::AnsweredAndPublished,
                "Yes, from the open feed.",
            )),
        )],
        bids: &[],
    },
    PilotRow {
        council: council("breckland"),
        need: "",
        title: "Chat assistant for planning enquiries",
        summary: "Answers to common questions about permitted development, outside office hours.",
        success_measures: &["A quarter fewer calls about fences and sheds"],
        cap_pounds: 20_000,
        weeks: 12,
        lgsl: 516,
        cpv: "48100000",
        criteria: &[
            ("Right answers", "And saying so when unsure.", 60),
            ("Price", PRICE, 40),
        ],
        reservation: Reservation::Sme,
        state: PilotState::Withdrawn,
        published: None,
        deadline: 14,
        decided: Some((
            -26,
            "Withdrawn in review: duty planners already answer these at lunch for less.",
        )),
        questions: &[],
        bids: &[],
    },
];

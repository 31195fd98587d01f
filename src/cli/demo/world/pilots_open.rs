//! Pilots before their deadline: a draft, one in review, four open with different deadlines.
//! Days are from today; the shape of a row is in `pilots`.

use super::councils::council;
use super::pilots::{PRICE, PilotRow, sealed};
use super::shapes_pilots::{PilotState, QuestionState, Reservation};
use super::suppliers::supplier;

/// Before their deadline.
pub(super) const OPEN: &[PilotRow] = &[
    PilotRow {
        council: council("breckland"),
        need: "",
        title: "Damp warnings in temporary accommodation",
        summary: "Thirty rooms with a sensor each, and a person who acts on the readings within two days.",
        success_measures: &[
            "Rooms over 70% humidity for a day fall by half",
            "No resident asks for one to be removed",
        ],
        cap_pounds: 18_000,
        weeks: 16,
        lgsl: 112,
        cpv: "38340000",
        criteria: &[
            ("Method", "How readings become repairs.", 50),
            ("Privacy", "What is measured, kept, and told to residents.", 20),
            ("Price", PRICE, 30),
        ],
        reservation: Reservation::Sme,
        state: PilotState::Draft,
        published: None,
        deadline: 62,
        decided: None,
        questions: &[],
        bids: &[],
    },
    PilotRow {
        council: council("norfolk"),
        need: "",
        title: "Read road flooding from the gullies",
        summary: "Level sensors in sixty gullies on roads that flood, to empty them before rain and not after it.",
        success_measures: &[
            "Warning at least two hours before water reaches the kerb",
            "Sensors survive one jetting",
        ],
        cap_pounds: 32_000,
        weeks: 26,
        lgsl: 555,
        cpv: "48614000",
        criteria: &[
            (
                "Device and installation",
                "Fit in a live lane in under ten minutes.",
                35,
            ),
            (
                "Use by the depot",
                "What a supervisor sees at seven in the morning.",
                30,
            ),
            ("Price", PRICE, 35),
        ],
        reservation: Reservation::Sme,
        state: PilotState::InReview,
        published: None,
        deadline: 48,
        decided: None,
        questions: &[],
        bids: &[],
    },
    PilotRow {
        council: council("norfolk"),
        need: "Families find out",
        title: "Tell families when a school run is late",
        summary: "Ninety special-needs routes around Dereham and Thetford for one term. Operators have no common dispatch; some have a telephone and a diary.",
        success_measures: &[
            "Nine in ten delays over ten minutes reach the family within five",
            "Calls about late transport on these routes fall by 40%",
            "Drivers need no more than ten minutes of instruction",
        ],
        cap_pounds: 24_500,
        weeks: 14,
        lgsl: 40,
        cpv: "48332000",
        criteria: &[
            (
                "Fit with small operators",
                "Works for a firm with three taxis and no dispatcher.",
                40,
            ),
            (
                "Care for families",
                "Plain messages, languages, and children who must not be alarmed.",
                20,
            ),
            (
                "Reuse by other councils",
                "What a neighbour could take up without us.",
                10,
            ),
            ("Price", PRICE, 30),
        ],
        reservation: Reservation::Sme,
        state: PilotState::Published,
        published: Some(-19),
        deadline: 9,
        decided: None,
        questions: &[
            (
                supplier("Starling"),
                -15,
                "Will operators' staff be paid for the ten minutes of instruction?",
                Some((
                    -12,
                    QuestionState::AnsweredAndPublished,
                    "Yes, by the council, at the contract's waiting rate.",
                )),
            ),
            (
                supplier("Copperwren"),
                -11,
                "May we see an anonymised week of routes and actual times?",
                Some((
                    -8,
                    QuestionState::AnsweredAndPublished,
                    "A week of February is attached as addendum 1, with stops moved to the nearest postcode sector.",
                )),
            ),
            (
                supplier("Penmorfa"),
                -2,
                "Is a voice call acceptable where a family has asked not to have texts?",
                None,
            ),
        ],
        bids: &[
            sealed(
                supplier("Starling"),
                -3,
                21_800,
                &[
                    (
                        "A driver presses one button on a telephone we lend. No button pressed by the start of the route counts as late, so silence is also a signal.",
                        None,
                    ),
                    (
                        "Messages were written with two parents' forums, in the family's language, never with the child's name or the stop.",
                        None,
                    ),
                    (
                        "Everything but the routes is open source, with a checklist for the next council.",
                        None,
                    ),
                ],
            ),
            sealed(
                supplier("Copperwren"),
                -1,
                23_950,
                &[
                    (
                        "We match operators' existing trackers where they exist and fall back on the driver's text to one number.",
                        None,
                    ),
                    (
                        "Templates are agreed with schools; a family chooses text, call or e-mail.",
                        None,
                    ),
                    (
                        "The feed is published as an open standard that any planning system can read.",
                        None,
                    ),
                ],
            ),
        ],
    },
    PilotRow {
        council: council("stockport"),
        need: "Good furniture",
        title: "Ask before crushing: reuse at the bulky booking",
        summary: "Two questions and a photograph at booking, a second van on Tuesdays and Fridays, and a count of what finds a home.",
        success_measures: &[
            "One bulky item in ten is reused",
            "Cost an item no higher than disposal",
            "Complaints do not rise",
        ],
        cap_pounds: 19_000,
        weeks: 20,
        lgsl: 528,
        cpv: "90511000",
        criteria: &[
            (
                "Collection and storage",
                "Van, people, and where things wait.",
                35,
            ),
            ("Homes for things", "Who gets them, and how fairly.", 25),
            ("Counting", "Weights and items a committee can trust.", 15),
            ("Price", PRICE, 25),
        ],
        reservation: Reservation::Vcse,
        state: PilotState::Published,
        published: Some(-8),
        deadline: 23,
        decided: None,
        questions: &[
            (
                supplier("Second Shelf"),
                -5,
                "Can volunteers ride in the van?",
                Some((
                    -3,
                    QuestionState::AnsweredAndPublished,
                    "Yes, if named on your insurance; attach the certificate.",
                )),
            ),
            (
                supplier("Spadework"),
                -3,
                "Who holds title to an item between the kerb and its new home?",
                None,
            ),
        ],
        bids: &[],
    },
    PilotRow {
        council: council("breckland"),
        need: "The same forty bins",
        title: "Forty bins, first time right",
        summary: "One collection depot, one season: find why the same addresses are missed and change the cause, not the apology.",
        success_measures: &[
            "Repeat misses fall by two thirds",
            "Each fix is recorded with what was changed",
            "Crews rate it worth keeping",
        ],
        cap_pounds: 28_000,
        weeks: 18,
        lgsl: 524,
        cpv: "48100000",
        criteria: &[
            ("Finding causes", "From reports, rounds and crews' knowledge.", 40),
            ("Working with crews", "Time, training, credit.", 30),
            ("Price", PRICE, 30),
        ],
        reservation: Reservation::Local,
        state: PilotState::Published,
        published: Some(-4),
        deadline: 41,
        decided: None,
        questions: &[],
        bids: &[],
    },
    PilotRow {
        council: council("fife"),
        need: "We grit the main roads",
        title: "A gritting decision for every minor road",
        summary: "Two depots, one winter: a treat-or-not decision for each minor route by 14:00, with the reason written down.",
        success_measures: &[
            "A decision for 95% of routes by 14:00",
            "Salt used does not rise by more than 5%",
            "Duty officers trust it in January",
        ],
        cap_pounds: 38_000,
        weeks: 22,
        lgsl: 561,
        cpv: "48614000",
        criteria: &[
            ("Forecast by route", "How few sensors become many roads.", 40),
            ("The record", "A reason that stands up later.", 25),
            ("Price", PRICE, 35),
        ],
        reservation: Reservation::None,
        state: PilotState::Published,
        published: Some(-14),
        deadline: 16,
        decided: None,
        questions: &[(
            supplier("Wexcombe"),
            -9,
            "Is spreader telemetry available in real time or by nightly file?",
            Some((
                -6,
                QuestionState::AnsweredAndPublished,
                "Nightly, as CSV; real time from the four newest vehicles.",
            )),
        )],
        bids: &[sealed(
            supplier("Lochanwell"),
            -2,
            36_400,
            &[
                (
                    "Thermal mapping from the refuse fleet in autumn lets four stations speak for 2,400 km; each route carries its own error.",
                    None,
                ),
                (
                    "Each decision keeps its forecast, the rule that fired, and the officer's change with a reason.",
                    None,
                ),
            ],
        )],
    },
];

//! Who evaluates the bids for a pilot, what they declared, what the chair made of their scores, what was decided, and what came of
//! the pilot.

crate::dialect::step!("m0018_evaluation", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE pilot_evaluation (
    pilot_id {id} NOT NULL PRIMARY KEY REFERENCES pilot (id) ON DELETE CASCADE,
    -- From then on no score of quality changes, and prices and names may be read.
    locked_at {instant},
    version {int} NOT NULL
) {strict};

CREATE TABLE pilot_evaluator (
    pilot_id {id} NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    -- It outlives their account, as a number that names nobody: the record of a procurement is kept.
    person_id {id} NOT NULL,
    -- Their place on the panel, by which the record calls them.
    ordinal {int} NOT NULL,
    chair {bool} NOT NULL,
    declared_at {instant},
    -- What they declared; nothing where they have no interest.
    interest TEXT,
    -- Whether they were excluded, once that was decided; and why.
    excluded {bool},
    decision TEXT,
    decided_at {instant},
    -- From then on their scores stay as they are.
    submitted_at {instant},
    PRIMARY KEY (pilot_id, person_id),
    UNIQUE (pilot_id, ordinal)
) {strict};
CREATE INDEX pilot_evaluator_person ON pilot_evaluator (person_id);

CREATE TABLE bid_consensus (
    bid_id {id} NOT NULL REFERENCES bid (id) ON DELETE CASCADE,
    -- The criterion's ordinal.
    ordinal {int} NOT NULL,
    -- Out of 100.
    score {int} NOT NULL,
    reason TEXT NOT NULL,
    recorded_at {instant} NOT NULL,
    PRIMARY KEY (bid_id, ordinal)
) {strict};

-- Only added to: what undoes a decision is another.
CREATE TABLE pilot_decision (
    id {id} NOT NULL PRIMARY KEY,
    pilot_id {id} NOT NULL REFERENCES pilot (id),
    -- Of one pilot's decisions no two have the same, whoever made them at once.
    ordinal {int} NOT NULL,
    -- awarded, none_suitable or undone.
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at {instant} NOT NULL,
    -- The award counts from then on, if it stands still before.
    standstill_until {instant},
    UNIQUE (pilot_id, ordinal)
) {strict};

CREATE TABLE bid_decision (
    decision_id {id} NOT NULL REFERENCES pilot_decision (id),
    bid_id {id} NOT NULL REFERENCES bid (id),
    -- awarded or not_awarded.
    state TEXT NOT NULL,
    -- What its bidder was told.
    feedback TEXT NOT NULL,
    -- The award, in the register.
    contract_id {id} REFERENCES contract (id),
    PRIMARY KEY (decision_id, bid_id)
) {strict};
CREATE INDEX bid_decision_contract ON bid_decision (contract_id) WHERE contract_id IS NOT NULL;

CREATE TABLE pilot_result (
    pilot_id {id} NOT NULL PRIMARY KEY REFERENCES pilot (id),
    -- What it cost in the end, VAT excluded.
    cost_pence {big} NOT NULL,
    learned TEXT NOT NULL,
    -- stop or scale, and why.
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- Not before it is published does anybody else see it, and then nothing of it changes.
    published_at {instant},
    version {int} NOT NULL
) {strict};

CREATE TABLE pilot_measure (
    pilot_id {id} NOT NULL REFERENCES pilot_result (pilot_id) ON DELETE CASCADE,
    ordinal {int} NOT NULL,
    measure TEXT NOT NULL,
    met {bool} NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (pilot_id, ordinal)
) {strict};

CREATE TABLE pilot_wanted (
    pilot_id {id} NOT NULL REFERENCES pilot_result (pilot_id),
    -- Another council that said "us too".
    council_id {id} NOT NULL REFERENCES council (id),
    said_at {instant} NOT NULL,
    PRIMARY KEY (pilot_id, council_id)
) {strict};

CREATE TABLE pilot_scaled (
    -- A contract scales one pilot.
    contract_id {id} NOT NULL PRIMARY KEY REFERENCES contract (id),
    pilot_id {id} NOT NULL REFERENCES pilot_result (pilot_id),
    said_at {instant} NOT NULL
) {strict};
CREATE INDEX pilot_scaled_pilot ON pilot_scaled (pilot_id);
"#;

//! Needs, pilots, questions, sealed bids and their scores.

crate::dialect::step!("m0005_market", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE need (
    id {id} NOT NULL PRIMARY KEY,
    council_id {id} NOT NULL REFERENCES council (id),
    -- The contract whose window it relates to.
    contract_id {id} REFERENCES contract (id),
    title TEXT NOT NULL,
    problem TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    -- What an answer must keep to.
    constraints TEXT,
    systems TEXT,
    lgsl {int},
    cpv TEXT,
    budget_min_pence {big},
    budget_max_pence {big},
    needed_by {date},
    -- How firm that day is: fixed, preferred or indicative.
    firmness TEXT,
    -- How many users, cases or the like, and what is counted: the numbers of those who say "us too" are of the same.
    quantity {big},
    quantity_of TEXT,
    -- draft, stated, met or withdrawn.
    state TEXT NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    -- None of a draft, nor of one that was taken back before anybody else saw it.
    stated_at {instant},
    version {int} NOT NULL
) {strict};
CREATE INDEX need_council ON need (council_id, id);
CREATE INDEX need_lgsl ON need (lgsl, id);
CREATE INDEX need_cpv ON need (cpv, id);

CREATE TABLE need_supporter (
    need_id {id} NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    -- Another council that said "us too".
    council_id {id} NOT NULL REFERENCES council (id),
    note TEXT,
    -- Its own date and numbers.
    needed_by {date},
    quantity {big},
    budget_min_pence {big},
    budget_max_pence {big},
    joined_at {instant} NOT NULL,
    -- Since when it does not say so any more.
    withdrawn_at {instant},
    version {int} NOT NULL,
    PRIMARY KEY (need_id, council_id)
) {strict};
CREATE INDEX need_supporter_council ON need_supporter (council_id, need_id);

CREATE TABLE pilot (
    id {id} NOT NULL PRIMARY KEY,
    council_id {id} NOT NULL REFERENCES council (id),
    need_id {id} REFERENCES need (id),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    success_measures TEXT NOT NULL,
    -- The most it may cost, VAT excluded.
    cap_pence {big} NOT NULL,
    weeks {int} NOT NULL,
    -- Systems it must work with.
    systems TEXT,
    -- Questions are taken strictly before it; until the deadline, if it is not said.
    questions_until {instant},
    -- When the council means to tell the bidders.
    award_on {date},
    -- When work starts.
    starts_on {date},
    -- When the council decides to stop or to scale.
    decides_on {date},
    lgsl {int},
    cpv TEXT,
    -- goods_and_services, works or light_touch: which threshold counts.
    category TEXT NOT NULL,
    -- none, sme, vcse or local.
    reservation TEXT NOT NULL,
    -- Why the reservation was lawful on the day it was published.
    lawful_because TEXT,
    -- Evaluators see no supplier's name while they score.
    suppliers_unnamed {bool} NOT NULL,
    -- Prices open once the quality is scored and locked.
    price_after_quality {bool} NOT NULL,
    -- lowest_over_price, lowest_to_cap or share_of_cap.
    price_formula TEXT NOT NULL,
    -- quality_price_receipt or drawn_lots.
    tie_rule TEXT NOT NULL,
    -- Working days between telling the bidders and the contract; 0 for none.
    standstill_days {int} NOT NULL,
    -- The pilot that it was copied from, another council's maybe.
    copied_from {id} REFERENCES pilot (id),
    -- Who wrote it last, and who else has approved what was written.
    written_by {id} REFERENCES person (id) ON DELETE SET NULL,
    approved_by {id} REFERENCES person (id) ON DELETE SET NULL,
    -- approved or sent_back: what came of its last review.
    review TEXT,
    review_note TEXT,
    -- draft, in_review, published, evaluating, awarded, none_suitable, cancelled or withdrawn.
    state TEXT NOT NULL,
    -- Bids are in time strictly before it.
    deadline_at {instant},
    published_at {instant},
    decided_at {instant},
    -- An award stands still until then.
    standstill_until {instant},
    -- Why it was awarded as it was, or ended without an award.
    outcome_reason TEXT,
    -- The award, in the register.
    contract_id {id} REFERENCES contract (id),
    -- Whoever asked has been told that its deadline is near.
    closing_announced {bool} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX pilot_closing ON pilot (deadline_at) WHERE state = 'published' AND NOT closing_announced;
CREATE INDEX pilot_council ON pilot (council_id, id);
CREATE INDEX pilot_state ON pilot (state, id);
CREATE INDEX pilot_updated ON pilot (updated_at);
CREATE INDEX pilot_written_by ON pilot (written_by) WHERE written_by IS NOT NULL;
CREATE INDEX pilot_approved_by ON pilot (approved_by) WHERE approved_by IS NOT NULL;

CREATE TABLE pilot_criterion (
    pilot_id {id} NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    ordinal {int} NOT NULL,
    -- quality or price.
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Out of 100 over the whole pilot.
    weight {int} NOT NULL,
    PRIMARY KEY (pilot_id, ordinal)
) {strict};

CREATE TABLE pilot_question (
    id {id} NOT NULL PRIMARY KEY,
    pilot_id {id} NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    -- Known to the record, never shown with the question.
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    question TEXT NOT NULL,
    answer TEXT,
    -- Why it is answered to its asker alone; for the record, shown to the council.
    private_because TEXT,
    -- asked, answered_and_published, answered_privately or rejected.
    state TEXT NOT NULL,
    asked_at {instant} NOT NULL,
    answered_at {instant},
    version {int} NOT NULL
) {strict};
CREATE INDEX pilot_question_pilot ON pilot_question (pilot_id, id);
CREATE INDEX pilot_question_answered ON pilot_question (answered_at);

CREATE TABLE bid (
    id {id} NOT NULL PRIMARY KEY,
    pilot_id {id} NOT NULL REFERENCES pilot (id),
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    -- draft, submitted, withdrawn, disqualified, awarded or not_awarded.
    state TEXT NOT NULL,
    version {int} NOT NULL,
    -- The offer, encrypted with a key of its own; the key is wrapped by the server's.
    sealed {bytes} NOT NULL,
    wrapped_key {bytes} NOT NULL,
    -- SHA-256 of the canonical content, as in the receipt.
    digest {bytes} NOT NULL,
    received_at {instant} NOT NULL,
    -- The audit log's signed head with the submission as its last entry, as in the receipt.
    audit_head TEXT,
    -- What the council tells this bidder with the outcome.
    feedback TEXT,
    UNIQUE (pilot_id, supplier_id)
) {strict};
CREATE INDEX bid_supplier ON bid (supplier_id, id);

CREATE TABLE bid_score (
    bid_id {id} NOT NULL REFERENCES bid (id) ON DELETE CASCADE,
    -- The criterion's ordinal.
    ordinal {int} NOT NULL,
    -- Who scored. It outlives their account, as a number that names nobody: the record of a procurement is kept.
    evaluator_id {id} NOT NULL,
    -- Out of 100.
    score {int} NOT NULL,
    reason TEXT NOT NULL,
    scored_at {instant} NOT NULL,
    PRIMARY KEY (bid_id, ordinal, evaluator_id)
) {strict};
"#;

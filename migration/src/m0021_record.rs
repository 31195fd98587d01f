//! What the record of a pilot needs and nothing else kept: every score as it was entered, and which mails tell of what
//! became of bids.

crate::dialect::step!("m0021_record", BOTH, SQLITE, POSTGRES);

const BOTH: &str = r#"
-- Only added to. What counts is in bid_score and bid_consensus.
CREATE TABLE score_entry (
    id {id} NOT NULL PRIMARY KEY,
    bid_id {id} NOT NULL REFERENCES bid (id),
    -- The criterion's ordinal.
    ordinal {int} NOT NULL,
    -- Who gave it; nobody, where the panel came to it. It outlives their account.
    evaluator_id {id},
    -- 1 for what was entered first.
    number {int} NOT NULL,
    -- Out of 100.
    score {int} NOT NULL,
    reason TEXT NOT NULL,
    entered_at {instant} NOT NULL
) {strict};
CREATE UNIQUE INDEX score_entry_given ON score_entry (bid_id, ordinal, evaluator_id, number)
    WHERE evaluator_id IS NOT NULL;
CREATE UNIQUE INDEX score_entry_agreed ON score_entry (bid_id, ordinal, number) WHERE evaluator_id IS NULL;
CREATE INDEX score_entry_evaluator ON score_entry (evaluator_id) WHERE evaluator_id IS NOT NULL;

-- Which mail told a bidder what became of a bid. It outlives the mail.
CREATE TABLE pilot_mail (
    mail_id {id} NOT NULL PRIMARY KEY,
    pilot_id {id} NOT NULL REFERENCES pilot (id),
    supplier_id {id} NOT NULL REFERENCES supplier (id),
    written_at {instant} NOT NULL
) {strict};
CREATE INDEX pilot_mail_pilot ON pilot_mail (pilot_id);
"#;

// What was entered before is known as it stands now.
const SQLITE: &str = r#"
INSERT INTO score_entry (id, bid_id, ordinal, evaluator_id, number, score, reason, entered_at)
SELECT randomblob(16), bid_id, ordinal, evaluator_id, 1, score, reason, scored_at FROM bid_score;
INSERT INTO score_entry (id, bid_id, ordinal, evaluator_id, number, score, reason, entered_at)
SELECT randomblob(16), bid_id, ordinal, NULL, 1, score, reason, recorded_at FROM bid_consensus;

CREATE TRIGGER score_entry_no_update BEFORE UPDATE ON score_entry BEGIN
    SELECT RAISE(ABORT, 'scores as they were entered are only added to');
END;
CREATE TRIGGER score_entry_no_delete BEFORE DELETE ON score_entry BEGIN
    SELECT RAISE(ABORT, 'scores as they were entered are only added to');
END;
"#;

const POSTGRES: &str = r#"
INSERT INTO score_entry (id, bid_id, ordinal, evaluator_id, number, score, reason, entered_at)
SELECT gen_random_uuid(), bid_id, ordinal, evaluator_id, 1, score, reason, scored_at FROM bid_score;
INSERT INTO score_entry (id, bid_id, ordinal, evaluator_id, number, score, reason, entered_at)
SELECT gen_random_uuid(), bid_id, ordinal, NULL, 1, score, reason, recorded_at FROM bid_consensus;

CREATE FUNCTION score_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'scores as they were entered are only added to'; END $$;
CREATE TRIGGER score_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON score_entry
    FOR EACH STATEMENT EXECUTE FUNCTION score_entry_append_only();
"#;

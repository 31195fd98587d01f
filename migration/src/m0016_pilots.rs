//! What changes about a published pilot: numbered and dated, told to every bidder.

crate::dialect::step!("m0016_pilots", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE pilot_addendum (
    pilot_id {id} NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    -- From 1, in the order in which they were published.
    number {int} NOT NULL,
    text TEXT NOT NULL,
    -- The dates that moved, by name: what each was and is.
    moved {json} NOT NULL,
    published_at {instant} NOT NULL,
    PRIMARY KEY (pilot_id, number)
) {strict};
"#;

//! Where bids lie until their pilot's deadline, so that a copy of the database tells neither what they say nor how many
//! there are; and which stored objects nothing names any more.

crate::dialect::step!("m0019_tender_box", BOTH, "", "");

const BOTH: &str = r#"
-- Pieces of one size, all encrypted, most of them empty.
CREATE TABLE bid_piece (
    pilot_id {id} NOT NULL REFERENCES pilot (id) ON DELETE CASCADE,
    ordinal {int} NOT NULL,
    -- Random, anew each time it is written.
    mask {bytes} NOT NULL,
    -- HMAC of mask and owner, or of mask and nobody, by the server's secret.
    owner {bytes} NOT NULL,
    sealed {bytes} NOT NULL,
    PRIMARY KEY (pilot_id, ordinal)
) {strict};

-- Stored objects that nothing was found to name, and since when.
CREATE TABLE loose_object (
    name TEXT NOT NULL PRIMARY KEY,
    since {instant} NOT NULL
) {strict};

-- When the bids were taken out, after the deadline.
ALTER TABLE pilot ADD COLUMN opened_at {instant};
CREATE INDEX pilot_unopened ON pilot (deadline_at) WHERE state = 'published' AND opened_at IS NULL;
"#;

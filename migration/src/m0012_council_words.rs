//! What councils add in their own words to the mails that tell of them.

crate::dialect::step!("m0012_council_words", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE council_words (
    council_id {id} NOT NULL PRIMARY KEY REFERENCES council (id),
    -- Blank, once it was taken back.
    words TEXT NOT NULL,
    version {int} NOT NULL,
    updated_at {instant} NOT NULL
) {strict};
"#;

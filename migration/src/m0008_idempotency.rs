//! What was asked with an idempotency key, and answered, for a day.

crate::dialect::step!("m0008_idempotency", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE idempotency_key (
    -- Keyed hash of the key and of who asked; the key itself is never kept.
    key_hash {bytes} NOT NULL PRIMARY KEY,
    -- Keyed hash of what was asked.
    request_hash {bytes} NOT NULL,
    -- The answer, encrypted; none while it is being done.
    answer {bytes},
    begun_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
) {strict};
CREATE INDEX idempotency_key_expires ON idempotency_key (expires_at);
"#;

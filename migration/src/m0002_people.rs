//! People, what they belong to, and their signed-in sessions.

crate::dialect::step!("m0002_people", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE person (
    id {id} NOT NULL PRIMARY KEY,
    -- As typed, folded to lower case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- argon2id, PHC string.
    password_hash TEXT NOT NULL,
    operator {bool} NOT NULL,
    created_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};

CREATE TABLE session (
    -- SHA-256 of the token; the token itself is shown once and never kept.
    token_hash {bytes} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
) {strict};
CREATE INDEX session_person ON session (person_id);
"#;

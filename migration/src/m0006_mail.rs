//! The outbox: mail between being decided on and being accepted by a server.

crate::dialect::step!("m0006_mail", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE outbox (
    id {id} NOT NULL PRIMARY KEY,
    -- alert, outcome or security.
    stream TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    -- The whole message, fixed when the row was written: a resend is byte for byte the same.
    message {bytes} NOT NULL,
    -- queued, leased, sent, parked or suppressed.
    state TEXT NOT NULL,
    attempts {int} NOT NULL,
    due_at {instant} NOT NULL,
    lease_token {id},
    leased_until {instant},
    -- What the mail server last answered, or why it was parked or suppressed.
    last_answer TEXT,
    -- Whose it is, once there is an account.
    person_id {id} REFERENCES person (id) ON DELETE SET NULL,
    -- Whom else it names, as an invitation names who sent it.
    names_id {id},
    -- Goes for good once it is sent or parked.
    erase {bool} NOT NULL,
    created_at {instant} NOT NULL,
    sent_at {instant}
) {strict};
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('queued', 'leased');
CREATE INDEX outbox_due_security ON outbox (due_at) WHERE stream = 'security' AND state IN ('queued', 'leased');
CREATE INDEX outbox_created ON outbox (created_at, id);
CREATE INDEX outbox_person ON outbox (person_id);
CREATE INDEX outbox_recipient ON outbox (recipient);
CREATE INDEX outbox_names ON outbox (names_id) WHERE names_id IS NOT NULL;
"#;

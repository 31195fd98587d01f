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
    -- queued, leased, sent, parked or suppressed.
    state TEXT NOT NULL,
    -- How often it was offered to the mail server.
    attempts {int} NOT NULL,
    -- How often in a row a worker took it and was not heard of again.
    unanswered {int} NOT NULL,
    due_at {instant} NOT NULL,
    -- What is refused for now is tried again until then.
    give_up_at {instant} NOT NULL,
    -- Whether its domain's allowance has given it its turn.
    paced {bool} NOT NULL,
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
    sent_at {instant},
    -- The whole message, fixed when the row was written: a resend is byte for byte the same. Last, because SQLite reads
    -- what stands after it through all of it.
    message {bytes} NOT NULL
) {strict};
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'queued';
CREATE INDEX outbox_due_security ON outbox (due_at, id) WHERE state = 'queued' AND stream = 'security';
CREATE INDEX outbox_leased ON outbox (leased_until) WHERE state = 'leased';
CREATE INDEX outbox_parked ON outbox (id) WHERE state = 'parked';
CREATE INDEX outbox_suppressed ON outbox (id) WHERE state = 'suppressed';
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE state = 'sent';
CREATE INDEX outbox_created ON outbox (created_at, id);
CREATE INDEX outbox_person ON outbox (person_id);
CREATE INDEX outbox_recipient ON outbox (recipient);
CREATE INDEX outbox_names ON outbox (names_id) WHERE names_id IS NOT NULL;

-- What came of each time a mail was offered.
CREATE TABLE mail_attempt (
    mail_id {id} NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    -- 1 for the first.
    ordinal {int} NOT NULL,
    started_at {instant} NOT NULL,
    ended_at {instant} NOT NULL,
    -- sent, later, refused, broken or unanswered.
    outcome TEXT NOT NULL,
    -- The mail server's own words, or ours where it had none.
    answer TEXT NOT NULL,
    PRIMARY KEY (mail_id, ordinal)
) {strict};

-- When a recipient's domain may next be sent to. Rows whose time has come say nothing and go.
CREATE TABLE mail_domain (
    domain TEXT NOT NULL PRIMARY KEY,
    next_at {instant} NOT NULL
) {strict};

-- Whether mail may leave: one row.
CREATE TABLE dispatch (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Since when nothing but security mail leaves, and why.
    held_at {instant},
    held_reason TEXT,
    -- How many mails were ever sent: copies of this database know less.
    sent {big} NOT NULL,
    -- Which PostgreSQL database this was when it last sent.
    fingerprint TEXT
) {strict};
INSERT INTO dispatch (id, sent) VALUES (1, 0);
"#;

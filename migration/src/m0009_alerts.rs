//! What people asked to be told of, and the ledger of what was told to whom.

crate::dialect::step!("m0009_alerts", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE saved_search (
    id {id} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- What it looks for, as alerts::Filter.
    filter {json} NOT NULL,
    -- active, paused or unsubscribed.
    state TEXT NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX saved_search_person ON saved_search (person_id, id);

CREATE TABLE notification (
    id {id} NOT NULL PRIMARY KEY,
    saved_search_id {id} NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
    -- Contract, kind, ordinal and dates: change a date and it is another event.
    event_key TEXT NOT NULL,
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    outbox_id {id} NOT NULL REFERENCES outbox (id),
    created_at {instant} NOT NULL,
    UNIQUE (saved_search_id, event_key)
) {strict};
CREATE INDEX notification_outbox ON notification (outbox_id);
"#;

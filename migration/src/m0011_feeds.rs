//! The secret links of calendars and feeds, and the windows that calendars have to cancel.

crate::dialect::step!("m0011_feeds", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE feed_link (
    id {id} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    saved_search_id {id} REFERENCES saved_search (id) ON DELETE CASCADE,
    council_id {id} REFERENCES council (id),
    -- SHA-256 of the token in the link.
    token_hash {bytes} NOT NULL UNIQUE,
    -- What calendar programs call it.
    name TEXT NOT NULL,
    created_at {instant} NOT NULL,
    -- To the hour.
    last_used_at {instant},
    version {int} NOT NULL,
    CHECK ((saved_search_id IS NULL) <> (council_id IS NULL))
) {strict};
CREATE INDEX feed_link_person ON feed_link (person_id, id);
CREATE INDEX feed_link_search ON feed_link (saved_search_id) WHERE saved_search_id IS NOT NULL;

CREATE TABLE window_gone (
    contract_id {id} NOT NULL REFERENCES contract (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    ordinal {int} NOT NULL,
    council_id {id} NOT NULL,
    -- The dates it had last.
    opens_on {date} NOT NULL,
    closes_on {date},
    -- One more than the window had; when it comes back it counts on from here.
    sequence {int} NOT NULL,
    gone_at {instant} NOT NULL,
    PRIMARY KEY (contract_id, kind, ordinal)
) {strict};
CREATE INDEX window_gone_council ON window_gone (council_id);
CREATE INDEX window_gone_day ON window_gone (coalesce(closes_on, opens_on), contract_id);
CREATE INDEX window_gone_at ON window_gone (gone_at);
"#;

//! What happened, what people asked to be told of, and the ledger of what was told to whom.

crate::dialect::step!("m0009_alerts", BOTH, "", "");

const BOTH: &str = r#"
-- Something that somebody may have asked to be told of, written with the change that brought it.
CREATE TABLE event (
    id {id} NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- What makes it the same event: it happens once.
    key TEXT NOT NULL UNIQUE,
    -- The council that it happened to; of evidence, the supplier.
    organisation_id {id} NOT NULL,
    contract_id {id} REFERENCES contract (id) ON DELETE CASCADE,
    need_id {id} REFERENCES need (id) ON DELETE CASCADE,
    pilot_id {id} REFERENCES pilot (id) ON DELETE CASCADE,
    evidence_id {id} REFERENCES supplier_evidence (id) ON DELETE CASCADE,
    -- Of a window: its kind, option and dates.
    window_kind TEXT,
    ordinal {int},
    opens_on {date},
    closes_on {date},
    -- What changed, where something did.
    detail {json} NOT NULL,
    happened_at {instant} NOT NULL,
    -- Whoever asked has it in their ledger.
    told {bool} NOT NULL,
    -- Why it is not so any more.
    void TEXT
) {strict};
CREATE INDEX event_untold ON event (id) WHERE NOT told;
CREATE INDEX event_kind ON event (kind, happened_at);
CREATE INDEX event_contract ON event (contract_id) WHERE contract_id IS NOT NULL;
CREATE INDEX event_need ON event (need_id) WHERE need_id IS NOT NULL;
CREATE INDEX event_pilot ON event (pilot_id) WHERE pilot_id IS NOT NULL;

CREATE TABLE saved_search (
    id {id} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    -- search, watch, owner, bidder or holder.
    origin TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What it looks for, as alerts::Filter.
    filter {json} NOT NULL,
    -- active, paused or unsubscribed.
    state TEXT NOT NULL,
    -- at_once, daily or weekly.
    frequency TEXT NOT NULL,
    -- The hour of daily and weekly mails, in London.
    hour {int} NOT NULL,
    -- The day of weekly mails: 1 is Monday.
    weekday {int} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX saved_search_person ON saved_search (person_id, id);

-- One of these every event shows that the search can match: see alerts::filter::anchors.
CREATE TABLE search_anchor (
    anchor {big} NOT NULL,
    saved_search_id {id} NOT NULL REFERENCES saved_search (id) ON DELETE CASCADE,
    PRIMARY KEY (anchor, saved_search_id)
) {strict};
CREATE INDEX search_anchor_search ON search_anchor (saved_search_id);

CREATE TABLE notification (
    id {id} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    event_id {id} NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    -- Which of the person's searches found it.
    because {json} NOT NULL,
    -- due, mailed or suppressed.
    state TEXT NOT NULL,
    due_at {instant} NOT NULL,
    -- Why it was suppressed.
    reason TEXT,
    outbox_id {id} REFERENCES outbox (id),
    created_at {instant} NOT NULL,
    UNIQUE (person_id, event_id)
) {strict};
CREATE INDEX notification_due ON notification (due_at, person_id) WHERE state = 'due';
CREATE INDEX notification_event ON notification (event_id);
CREATE INDEX notification_outbox ON notification (outbox_id) WHERE outbox_id IS NOT NULL;
"#;

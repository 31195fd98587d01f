//! The feed of what changed in public: one row for each object that everybody sees, numbered by its last change.
//!
//! What is public is said here a second time, beside the rules of the capabilities (`pilots::State`, `needs`,
//! `suppliers::products`): triggers cannot be forgotten by whoever writes, and a test walks both. Windows are not
//! watched, for they come with their contract or with the council's lead times.

use crate::watching::Watch;

crate::dialect::step!("m0024_changes", BOTH, &sqlite(), &postgres());

/// Everything of which everybody sees something.
pub(crate) const WATCHED: &[Watch] = &[
    Watch::of(
        "council",
        &["id"],
        "council",
        "{it}.id",
        &["slug", "gss", "name", "kind", "nation", "region", "ends_on"],
    ),
    Watch::of(
        "council_policy",
        &["council_id"],
        "council",
        "{it}.council_id",
        LEADS,
    ),
    Watch::of(
        "council_policy",
        &["council_id"],
        "contract",
        "contract.id",
        LEADS,
    )
    .beside("contract", "contract.council_id = {it}.council_id"),
    Watch::of(
        "council_words",
        &["council_id"],
        "council",
        "{it}.council_id",
        &["words", "version", "updated_at"],
    ),
    Watch::of("contract", &["id"], "contract", "{it}.id", CONTRACT),
    Watch::of(
        "contract_supplier",
        &["contract_id", "supplier_id"],
        "contract",
        "{it}.contract_id",
        &["ordinal"],
    ),
    Watch::of(
        "contract_buyer",
        &["contract_id", "council_id"],
        "contract",
        "{it}.contract_id",
        &[],
    ),
    Watch::of(
        "extension_option",
        &["contract_id", "ordinal"],
        "contract",
        "{it}.contract_id",
        &["months", "until_on", "notice_by", "state"],
    ),
    Watch::of("supplier", &["id"], "supplier", "{it}.id", SUPPLIER),
    Watch::of(
        "supplier_number",
        &["supplier_id", "scheme"],
        "supplier",
        "{it}.supplier_id",
        &["number", "stated_at", "verified_at", "verified_how", "version"],
    ),
    Watch::of(
        "supplier_area",
        &["supplier_id", "area"],
        "supplier",
        "{it}.supplier_id",
        &[],
    ),
    Watch::of(
        "supplier_sector",
        &["supplier_id", "division"],
        "supplier",
        "{it}.supplier_id",
        &[],
    ),
    Watch::of(
        "supplier_evidence",
        &["id"],
        "supplier",
        "{it}.supplier_id",
        EVIDENCE,
    )
    .seen("{it}.state = 'held'"),
    Watch::of("product", &["id"], "product", "{it}.id", PRODUCT).seen(
        "{it}.state = 'published' OR EXISTS (SELECT 1 FROM product_version
        WHERE product_version.product_id = {it}.id AND product_version.state = 'published')",
    ),
    // Which products a supplier has, by name.
    Watch::of(
        "product",
        &["id"],
        "supplier",
        "{it}.supplier_id",
        &["name", "state"],
    )
    .seen("{it}.state = 'published'"),
    Watch::of(
        "product_version",
        &["product_id", "version"],
        "product",
        "{it}.product_id",
        &["state", "listing", "made_at"],
    )
    .seen("{it}.state = 'published'"),
    Watch::of("need", &["id"], "need", "{it}.id", NEED).seen("{it}.stated_at IS NOT NULL"),
    Watch::of(
        "need_supporter",
        &["need_id", "council_id"],
        "need",
        "{it}.need_id",
        SUPPORT,
    )
    .beside("need", "need.id = {it}.need_id AND need.stated_at IS NOT NULL"),
    Watch::of("pilot", &["id"], "pilot", "{it}.id", PILOT)
        .seen("{it}.state NOT IN ('draft', 'in_review', 'withdrawn')"),
    Watch::of(
        "pilot_criterion",
        &["pilot_id", "ordinal"],
        "pilot",
        "{it}.pilot_id",
        &["kind", "name", "description", "weight"],
    )
    .beside("pilot", OF_PILOT),
    Watch::of(
        "pilot_addendum",
        &["pilot_id", "number"],
        "pilot",
        "{it}.pilot_id",
        &["text", "moved", "published_at"],
    )
    .beside("pilot", OF_PILOT),
    Watch::of("pilot_question", &["id"], "pilot", "{it}.pilot_id", QUESTION).beside(
        "pilot",
        "pilot.id = {it}.pilot_id AND pilot.state NOT IN ('draft', 'in_review', 'withdrawn')
        AND {it}.state = 'answered_and_published'",
    ),
    Watch::of(
        "pilot_decision",
        &["id"],
        "pilot",
        "{it}.pilot_id",
        &["ordinal", "kind", "reason", "decided_at", "standstill_until"],
    ),
    // Which contracts it made; of what it says of single bids nobody else sees anything.
    Watch::of(
        "bid_decision",
        &["decision_id", "bid_id"],
        "pilot",
        "pilot_decision.pilot_id",
        &["contract_id"],
    )
    .beside(
        "pilot_decision",
        "pilot_decision.id = {it}.decision_id AND {it}.contract_id IS NOT NULL",
    ),
    Watch::of(
        "bid_decision",
        &["decision_id", "bid_id"],
        "contract",
        "{it}.contract_id",
        &["contract_id"],
    )
    .seen("{it}.contract_id IS NOT NULL"),
    Watch::of("pilot_result", &["pilot_id"], "pilot", "{it}.pilot_id", RESULT)
        .seen("{it}.published_at IS NOT NULL"),
    Watch::of(
        "pilot_measure",
        &["pilot_id", "ordinal"],
        "pilot",
        "{it}.pilot_id",
        &["measure", "met", "evidence"],
    )
    .beside("pilot_result", OF_RESULT),
    Watch::of(
        "pilot_wanted",
        &["pilot_id", "council_id"],
        "pilot",
        "{it}.pilot_id",
        &["said_at"],
    )
    .beside("pilot_result", OF_RESULT),
    Watch::of(
        "pilot_scaled",
        &["contract_id"],
        "pilot",
        "{it}.pilot_id",
        &["pilot_id", "said_at"],
    )
    .beside("pilot_result", OF_RESULT),
    Watch::of(
        "pilot_scaled",
        &["contract_id"],
        "contract",
        "{it}.contract_id",
        &["pilot_id"],
    )
    .beside("pilot_result", OF_RESULT),
];

const OF_PILOT: &str = "pilot.id = {it}.pilot_id AND pilot.state NOT IN ('draft', 'in_review', 'withdrawn')";
const OF_RESULT: &str = "pilot_result.pilot_id = {it}.pilot_id AND pilot_result.published_at IS NOT NULL";

#[rustfmt::skip]
const LEADS: &[&str] = &[
    "review_lead_days", "decision_lead_days", "engagement_lead_days", "preparation_lead_days", "expiry_lead_days",
    "mobilisation_days", "evaluation_days", "tender_days", "planned_tender_days", "standstill_working_days",
    "notice_period_days", "version", "updated_at",
];
#[rustfmt::skip]
const CONTRACT: &[&str] = &[
    "council_id", "reference", "title", "description", "department", "lgsl", "category", "cpv", "product_name",
    "delivery_model", "hosting", "contract_type", "process_type", "value_pence", "value_basis", "value_estimated",
    "irrecoverable_vat_pence", "starts_on", "initial_ends_on", "latest_ends_on", "review_on", "notice_months",
    "notice_days", "auto_renews_months", "standing", "terminated_on", "replaced_on", "planned_notice", "lead_times",
    "current_ends_on", "maximum_ends_on", "end_unknown", "updated_at", "version",
];
#[rustfmt::skip]
const SUPPLIER: &[&str] = &[
    "name", "companies_house", "charity", "size", "staff", "turnover_pence", "balance_sheet_pence",
    "size_confirmed_on", "vcse", "address", "town", "postcode", "country", "region", "website", "summary", "version",
];
#[rustfmt::skip]
const EVIDENCE: &[&str] = &[
    "supplier_id", "kind", "name", "reference", "issuer", "cover_pence", "issued_on", "expires_on", "url", "state",
    "version",
];
#[rustfmt::skip]
const PRODUCT: &[&str] = &[
    "supplier_id", "name", "summary", "description", "lgsl", "cpv", "hosting", "price_model", "integrations",
    "standards", "accessibility", "case_studies", "state", "updated_at", "version",
];
#[rustfmt::skip]
const NEED: &[&str] = &[
    "council_id", "contract_id", "title", "problem", "outcomes", "constraints", "systems", "lgsl", "cpv",
    "budget_min_pence", "budget_max_pence", "needed_by", "firmness", "quantity", "quantity_of", "state", "stated_at",
    "version",
];
#[rustfmt::skip]
const SUPPORT: &[&str] = &[
    "note", "needed_by", "quantity", "budget_min_pence", "budget_max_pence", "joined_at", "withdrawn_at", "version",
];
// Not its version nor when it was updated: nobody is to count what the council does with bids.
#[rustfmt::skip]
const PILOT: &[&str] = &[
    "council_id", "need_id", "title", "summary", "success_measures", "cap_pence", "weeks", "systems",
    "questions_until", "award_on", "starts_on", "decides_on", "lgsl", "cpv", "category", "reservation",
    "lawful_because", "suppliers_unnamed", "price_after_quality", "price_formula", "tie_rule", "standstill_days",
    "copied_from", "state", "deadline_at", "published_at", "standstill_until", "outcome_reason", "contract_id",
];
const QUESTION: &[&str] = &[
    "question",
    "answer",
    "state",
    "asked_at",
    "answered_at",
    "version",
];
const RESULT: &[&str] = &[
    "cost_pence",
    "learned",
    "verdict",
    "reason",
    "published_at",
    "version",
];

const BOTH: &str = r#"
-- One row for each object that was ever public: what it was told last stands in its place.
CREATE TABLE public_change (
    -- In the order of commits: given while public_change_feed is held.
    number {big} NOT NULL PRIMARY KEY,
    -- council, contract, supplier, product, need or pilot.
    kind TEXT NOT NULL,
    object_id {id} NOT NULL,
    changed_at {instant} NOT NULL,
    UNIQUE (kind, object_id)
) {strict};

-- One row. Whoever numbers changes holds it until the transaction ends.
CREATE TABLE public_change_feed (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    -- Cursors of another feed are refused.
    feed_id {id} NOT NULL,
    -- The last that was given.
    number {big} NOT NULL,
    -- The hold of dispatch since which cursors from before it are refused: the database was restored.
    anew_since {instant}
) {strict};
"#;

const SQLITE: &str = r#"
CREATE TABLE public_change_due (
    kind TEXT NOT NULL,
    object_id BLOB NOT NULL,
    PRIMARY KEY (kind, object_id)
) STRICT, WITHOUT ROWID;
INSERT INTO public_change_feed (id, feed_id, number) VALUES (1, randomblob(16), 0);
"#;

// No key: whoever notes what somebody else is noting would wait for them.
const POSTGRES: &str = r#"
CREATE TABLE public_change_due (
    kind text NOT NULL,
    object_id uuid NOT NULL
);
INSERT INTO public_change_feed (id, feed_id, number) VALUES (1, gen_random_uuid(), 0);
"#;

// What was public before there was a feed. It is numbered when the program starts.
const BEFORE: &str = r#"
INSERT INTO public_change_due (kind, object_id)
SELECT 'council', id FROM council
UNION ALL SELECT 'supplier', id FROM supplier
UNION ALL SELECT 'contract', id FROM contract
UNION ALL SELECT 'product', id FROM product WHERE state = 'published'
    OR EXISTS (SELECT 1 FROM product_version WHERE product_id = product.id AND product_version.state = 'published')
UNION ALL SELECT 'need', id FROM need WHERE stated_at IS NOT NULL
UNION ALL SELECT 'pilot', id FROM pilot WHERE state NOT IN ('draft', 'in_review', 'withdrawn');
"#;

fn sqlite() -> String {
    let triggers: String = WATCHED.iter().map(Watch::sqlite).collect();
    format!("{SQLITE}{triggers}{BEFORE}")
}

fn postgres() -> String {
    let triggers: String = WATCHED.iter().map(Watch::postgres).collect();
    format!("{POSTGRES}{triggers}{BEFORE}")
}

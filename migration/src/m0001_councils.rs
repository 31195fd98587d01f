//! Councils, who followed whom, and each council's own lead times.

crate::dialect::step!("m0001_councils", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE council (
    id {id} NOT NULL PRIMARY KEY,
    -- Lower-case name in addresses, e.g. norfolk.
    slug TEXT NOT NULL UNIQUE,
    -- Office for National Statistics code; bodies that never had one have none.
    gss TEXT UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    nation TEXT NOT NULL,
    region TEXT NOT NULL,
    -- Abolished councils keep their row: a contract can outlive its buyer.
    ends_on {date}
) {strict};

CREATE TABLE council_policy (
    council_id {id} NOT NULL PRIMARY KEY REFERENCES council (id),
    -- Lead times in days; a blank one is Guildhall's default.
    review_lead_days {int},
    decision_lead_days {int},
    engagement_lead_days {int},
    preparation_lead_days {int},
    expiry_lead_days {int},
    mobilisation_days {int},
    evaluation_days {int},
    tender_days {int},
    planned_tender_days {int},
    standstill_working_days {int},
    notice_period_days {int},
    version {int} NOT NULL,
    updated_at {instant} NOT NULL
) {strict};
"#;

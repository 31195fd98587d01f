//! Law that is data, not code: dated rules, as they were known when this step was written. An operator corrects them.

crate::dialect::step!("m0017_law", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE law_rule (
    id {id} NOT NULL PRIMARY KEY,
    -- What it is a rule of: see the room `law`.
    rule TEXT NOT NULL,
    -- england, scotland, wales or northern_ireland; every nation, if it is not said.
    nation TEXT,
    -- In the rule's own unit: pence, hundredths of a per cent or days; none where it only is in force.
    amount {big},
    -- Whether the amount counts VAT.
    with_vat {bool} NOT NULL,
    -- Its first and last day; in force until further notice, if there is no last.
    from_on {date} NOT NULL,
    to_on {date},
    source TEXT NOT NULL,
    version {int} NOT NULL
) {strict};
CREATE INDEX law_rule_rule ON law_rule (rule, from_on);

INSERT INTO law_rule (id, rule, nation, amount, with_vat, from_on, to_on, source, version) VALUES
    ({id=00000000000080008000000000000001=}, 'goods_and_services_threshold', 'england', 21490400, TRUE, '2025-02-24', '2025-12-31',
        'Procurement Act 2023, Schedule 1, as amended by SI 2025/163', 1),
    ({id=00000000000080008000000000000002=}, 'goods_and_services_threshold', 'england', 20772000, TRUE, '2026-01-01', NULL,
        'Procurement Act 2023 (Threshold Amounts) (Amendment) Regulations 2025, SI 2025/1200', 1),
    ({id=00000000000080008000000000000003=}, 'works_threshold', 'england', 537260900, TRUE, '2025-02-24', '2025-12-31',
        'Procurement Act 2023, Schedule 1, as amended by SI 2025/163', 1),
    ({id=00000000000080008000000000000004=}, 'works_threshold', 'england', 519300000, TRUE, '2026-01-01', NULL,
        'Procurement Act 2023 (Threshold Amounts) (Amendment) Regulations 2025, SI 2025/1200', 1),
    ({id=00000000000080008000000000000005=}, 'light_touch_threshold', 'england', 66354000, TRUE, '2025-02-24', NULL,
        'Procurement Act 2023, Schedule 1', 1),
    ({id=00000000000080008000000000000006=}, 'notifiable_from', 'england', 3000000, TRUE, '2025-02-24', NULL,
        'Procurement Act 2023, Part 6', 1),
    ({id=00000000000080008000000000000007=}, 'vat_standard_rate', NULL, 2000, FALSE, '2011-01-04', NULL,
        'Value Added Tax Act 1994, section 2', 1),
    ({id=00000000000080008000000000000008=}, 'standstill_days', 'england', 8, FALSE, '2025-02-24', NULL,
        'Procurement Act 2023, section 51', 1),
    ({id=00000000000080008000000000000009=}, 'reserve_sme', 'england', NULL, FALSE, '2026-02-04', NULL,
        'Local Government (Exclusion of Non-commercial Considerations) (England) Order 2026', 1),
    ({id=0000000000008000800000000000000a=}, 'reserve_vcse', 'england', NULL, FALSE, '2026-02-04', NULL,
        'Local Government (Exclusion of Non-commercial Considerations) (England) Order 2026', 1),
    ({id=0000000000008000800000000000000b=}, 'reserve_local', 'england', NULL, FALSE, '2026-02-04', NULL,
        'Local Government (Exclusion of Non-commercial Considerations) (England) Order 2026', 1),
    ({id=0000000000008000800000000000000c=}, 'register_over', 'england', 500000, FALSE, '2015-02-27', NULL,
        'Local Government Transparency Code 2015', 1);
"#;

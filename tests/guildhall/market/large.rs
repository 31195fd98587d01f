//! However many contracts there are, the market is two statements, and those of what is named on a page.

use crate::world::World;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::Value;
use std::time::Instant;

const SQLITE: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO supplier (id, name, name_key, created_at, updated_at, version)
SELECT randomblob(16), 'S' || i, 'S' || i, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1 FROM n;
CREATE TABLE numbered AS SELECT row_number() OVER () AS i, id FROM supplier;
CREATE UNIQUE INDEX numbered_i ON numbered (i);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {N})
INSERT INTO contract (id, council_id, row_key, title, description, value_pence, standing, planned_notice, starts_on,
    initial_ends_on, current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT randomblob(16), (SELECT id FROM council WHERE slug = 'norfolk'), 'n' || i, 't', 'd', i * 1000, 'active', 0,
    '2024-01-01', date('2024-01-01', (i % 3650) || ' days'), date('2024-01-01', (i % 3650) || ' days'),
    date('2024-01-01', (i % 3650) || ' days'), 0, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', 1 FROM n;
INSERT INTO contract_supplier (contract_id, supplier_id, ordinal)
SELECT contract.id, numbered.id, 0 FROM contract JOIN numbered ON numbered.i = 1 + contract.docid % 2000;
DROP TABLE numbered;";

const POSTGRES: &str = "
INSERT INTO supplier (id, name, name_key, created_at, updated_at, version)
SELECT gen_random_uuid(), 'S' || i, 'S' || i, now(), now(), 1 FROM generate_series(1, 2000) i;
CREATE TABLE numbered AS SELECT row_number() OVER () AS i, id FROM supplier;
INSERT INTO contract (id, council_id, row_key, title, description, value_pence, standing, planned_notice, starts_on,
    initial_ends_on, current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT gen_random_uuid(), (SELECT id FROM council WHERE slug = 'norfolk'), 'n' || i, 't', 'd', i * 1000::bigint, 'active',
    false, date '2024-01-01', date '2024-01-01' + i % 3650, date '2024-01-01' + i % 3650, date '2024-01-01' + i % 3650,
    false, now(), now(), 1 FROM generate_series(1, {N}) i;
INSERT INTO contract_supplier (contract_id, supplier_id, ordinal)
SELECT c.id, numbered.id, 0 FROM (SELECT id, row_number() OVER () AS i FROM contract) c
JOIN numbered ON numbered.i = 1 + c.i % 2000;
DROP TABLE numbered;";

/// `GUILDHALL_TEST_CONTRACTS` says how many contracts, to see how long it takes.
#[tokio::test]
async fn a_large_register_takes_as_many_statements_as_a_small_one() {
    let contracts = std::env::var("GUILDHALL_TEST_CONTRACTS").map_or(4_000, |n| n.parse().unwrap());
    let query = "{ market(asOf: \"2026-01-15\") { contracts suppliers { edges { node { supplier { name }
        shareOfValue heldSince } } } ending { edges { node { endsOn contract { title suppliers { name } } } } } } }";
    let mut counted = Vec::new();
    for number in [100, contracts] {
        let world = World::new().await;
        let fill = match world.app.db.backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        let txn = world.app.db.begin().await.unwrap();
        txn.execute_unprepared(&fill.replace("{N}", &number.to_string()))
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let (before, began) = (world.app.db.statements(), Instant::now());
        let seen = world.data((), query, Value::Null).await["market"].clone();
        counted.push(world.app.db.statements() - before);
        println!(
            "{number} contracts: {} ms, {} run",
            began.elapsed().as_millis(),
            seen["contracts"]
        );
        // It ends i % 3650 days after the first of 2024: 745 days later is the fifteenth of 2026.
        let runs = (1..=number).filter(|i| i % 3_650 >= 745).count();
        assert_eq!(seen["contracts"], runs);
    }
    // Holdings and sizes; the suppliers and contracts of the pages, and the suppliers of those contracts.
    assert!(counted[1] <= 6 && counted[1] >= counted[0], "{counted:?}");
}

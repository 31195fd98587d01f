//! The main list against the same SQL run bare: contracts ending within 180 days, the first 50, with council and
//! supplier, over generated contracts.
//!
//! `cargo bench --bench expiring` on SQLite; with `DATABASE_URL=postgres://...` on that database, which must be
//! empty. `GUILDHALL_BENCH_CONTRACTS` says how many contracts (100,000 if not). One run measures both, in turns,
//! and prints medians: only the ratio travels between machines. On SQLite, CPU is the database's too.

mod support;

use guildhall::access::{Origin, Viewer};
use guildhall::graphql::Api;
use sea_orm::sqlx::{self, postgres::PgPool, sqlite::SqlitePool};
use sea_orm::{ConnectionTrait, DbBackend};
use serde::Serialize;
use std::time::Instant;
use support::{Place, cpu_micros};

const QUERY: &str =
    "query Expiring { contracts(filter: { asOf: \"2026-01-15\", endsWithinDays: 180 }, first: 50) {
    edges { cursor node { id title currentEndsOn valuePence council { name gss } suppliers { id name } } }
    pageInfo { hasNextPage endCursor } } }";
const ROUNDS: usize = 9;
const REQUESTS: usize = 300;

const SQLITE: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO supplier (id, name, name_key, created_at, updated_at, version)
SELECT randomblob(16), 'Supplier ' || i, 'SUPPLIER ' || i, '2026-01-01', '2026-01-01', 1 FROM n;
CREATE TEMP TABLE s AS SELECT row_number() OVER () AS i, id FROM supplier;
CREATE TEMP TABLE c AS SELECT row_number() OVER () AS i, id FROM council;
CREATE UNIQUE INDEX temp.s_i ON s (i); CREATE UNIQUE INDEX temp.c_i ON c (i);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {N})
INSERT INTO contract (id, council_id, row_key, title, description, value_pence, standing, planned_notice,
    current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT randomblob(16), c.id, 'bench:' || n.i, 'Contract ' || n.i || ' for software and services',
    'Provision of services, with support and maintenance, lot ' || (n.i % 17), n.i * 1000, 'active', 0,
    date('2024-01-01', (n.i * 7919 % 3650) || ' days'), date('2024-01-01', (n.i * 7919 % 3650) || ' days'), 0,
    '2026-01-01', '2026-01-01', 1
FROM n JOIN c ON c.i = 1 + n.i % 400;
INSERT INTO contract_supplier (contract_id, supplier_id, ordinal)
SELECT contract.id, s.id, 0 FROM contract JOIN s ON s.i = 1 + contract.docid % 20000;
DROP TABLE temp.s; DROP TABLE temp.c; ANALYZE;";

const POSTGRES: &str = "
INSERT INTO supplier (id, name, name_key, created_at, updated_at, version)
SELECT gen_random_uuid(), 'Supplier ' || i, 'SUPPLIER ' || i, now(), now(), 1 FROM generate_series(1, 20000) i;
CREATE TABLE bench_s AS SELECT row_number() OVER () AS i, id FROM supplier;
CREATE TABLE bench_c AS SELECT row_number() OVER () AS i, id FROM council;
CREATE TABLE bench_n AS SELECT i, gen_random_uuid() AS id FROM generate_series(1, {N}) i;
INSERT INTO contract (id, council_id, row_key, title, description, value_pence, standing, planned_notice,
    current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT n.id, c.id, 'bench:' || n.i, 'Contract ' || n.i || ' for software and services',
    'Provision of services, with support and maintenance, lot ' || (n.i % 17), n.i * 1000::bigint, 'active', false,
    date '2024-01-01' + (n.i::bigint * 7919 % 3650)::int, date '2024-01-01' + (n.i::bigint * 7919 % 3650)::int, false,
    now(), now(), 1
FROM bench_n n JOIN bench_c c ON c.i = 1 + n.i % 400;
INSERT INTO contract_supplier (contract_id, supplier_id, ordinal)
SELECT n.id, s.id, 0 FROM bench_n n JOIN bench_s s ON s.i = 1 + n.i % 20000;
DROP TABLE bench_s; DROP TABLE bench_c; DROP TABLE bench_n; ANALYZE;";

#[derive(Serialize)]
struct Row {
    id: uuid::Uuid,
    title: String,
    current_ends_on: Option<chrono::NaiveDate>,
    value_pence: Option<i64>,
    council: String,
    gss: Option<String>,
    suppliers: Vec<(uuid::Uuid, String)>,
}

/// The same two statements by hand, for one kind of pool.
macro_rules! bare {
    ($name:ident, $pool:ty, $list:literal) => {
        async fn $name(pool: &$pool) -> String {
            type Cells = (
                uuid::Uuid,
                String,
                Option<chrono::NaiveDate>,
                Option<i64>,
                String,
                Option<String>,
            );
            let rows: Vec<Cells> = sqlx::query_as(
                "SELECT t.id, t.title, t.current_ends_on, t.value_pence, c.name, c.gss FROM contract t \
                 JOIN council c ON c.id = t.council_id WHERE t.ends_key >= $1 AND t.ends_key <= $2 \
                 ORDER BY t.ends_key, t.id LIMIT 51",
            )
            .bind(chrono::NaiveDate::from_ymd_opt(2026, 1, 15))
            .bind(chrono::NaiveDate::from_ymd_opt(2026, 7, 14))
            .fetch_all(pool)
            .await
            .expect("the list");
            let mut page: Vec<Row> = rows
                .into_iter()
                .take(50)
                .map(
                    |(id, title, current_ends_on, value_pence, council, gss)| Row {
                        id,
                        title,
                        current_ends_on,
                        value_pence,
                        council,
                        gss,
                        suppliers: Vec::new(),
                    },
                )
                .collect();
            let mut query = sqlx::query_as::<_, (uuid::Uuid, uuid::Uuid, String)>($list);
            for row in &page {
                query = query.bind(row.id);
            }
            let links = query.fetch_all(pool).await.expect("the suppliers");
            for (contract, id, name) in links {
                if let Some(row) = page.iter_mut().find(|row| row.id == contract) {
                    row.suppliers.push((id, name));
                }
            }
            serde_json::to_string(&page).expect("JSON")
        }
    };
}

bare!(
    bare_sqlite,
    SqlitePool,
    "SELECT l.contract_id, s.id, s.name FROM contract_supplier l JOIN supplier s ON s.id = l.supplier_id \
     WHERE l.contract_id IN (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) \
     ORDER BY l.ordinal"
);
bare!(
    bare_postgres,
    PgPool,
    "SELECT l.contract_id, s.id, s.name FROM contract_supplier l JOIN supplier s ON s.id = l.supplier_id \
     WHERE l.contract_id IN ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,\
     $26,$27,$28,$29,$30,$31,$32,$33,$34,$35,$36,$37,$38,$39,$40,$41,$42,$43,$44,$45,$46,$47,$48,$49,$50) \
     ORDER BY l.ordinal"
);

enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

struct Figures {
    cpu: u64,
    p50: u64,
    p99: u64,
}

async fn measure<F: Future<Output = usize>>(work: impl Fn() -> F) -> Figures {
    let mut times = Vec::with_capacity(REQUESTS);
    let before = cpu_micros();
    for _ in 0..REQUESTS {
        let started = Instant::now();
        assert!(work().await > 5_000, "an answer with 50 contracts");
        times.push(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    let cpu = (cpu_micros() - before) / REQUESTS as u64;
    times.sort_unstable();
    Figures {
        cpu,
        p50: times[REQUESTS / 2],
        p99: times[REQUESTS * 99 / 100],
    }
}

fn median(rounds: &[Figures], of: impl Fn(&Figures) -> u64) -> u64 {
    let mut list: Vec<u64> = rounds.iter().map(of).collect();
    list.sort_unstable();
    list[list.len() / 2]
}

async fn ours(api: &Api) -> usize {
    let answer = api
        .answer(
            Viewer::Anonymous,
            QUERY,
            None,
            Default::default(),
            Origin::default(),
        )
        .await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    serde_json::to_string(&answer).expect("JSON").len()
}

async fn bare(pool: &Pool) -> usize {
    match pool {
        Pool::Sqlite(pool) => bare_sqlite(pool).await.len(),
        Pool::Postgres(pool) => bare_postgres(pool).await.len(),
    }
}

#[tokio::main]
async fn main() {
    let Place { app, url, folder } = support::application().await;
    let contracts = std::env::var("GUILDHALL_BENCH_CONTRACTS").unwrap_or_else(|_| "100000".into());
    let sqlite = app.db.backend() == DbBackend::Sqlite;
    let generate = if sqlite { SQLITE } else { POSTGRES }.replace("{N}", &contracts);
    app.db
        .for_migration()
        .execute_unprepared(&generate)
        .await
        .expect("generated contracts");
    let pool = if sqlite {
        Pool::Sqlite(SqlitePool::connect(&url).await.expect("a bare pool"))
    } else {
        Pool::Postgres(PgPool::connect(&url).await.expect("a bare pool"))
    };
    let api = Api::new(app.clone());
    let before = app.db.statements();
    ours(&api).await;
    println!(
        "{contracts} contracts, {}: {} statements",
        app.db.backend().as_str(),
        app.db.statements() - before
    );
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_ours.push(measure(|| ours(&api)).await);
        of_bare.push(measure(|| bare(&pool)).await);
    }
    for (name, rounds) in [("guildhall", &of_ours), ("bare sqlx", &of_bare)] {
        let (cpu, p50, p99) = (
            median(rounds, |f| f.cpu),
            median(rounds, |f| f.p50),
            median(rounds, |f| f.p99),
        );
        println!("{name}: {cpu} us CPU a request, p50 {p50} us, p99 {p99} us");
    }
    let ratio = median(&of_ours, |f| f.cpu) as f64 / median(&of_bare, |f| f.cpu).max(1) as f64;
    println!("ratio of CPU: {ratio:.2}");
    drop(folder);
}

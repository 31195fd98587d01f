//! Matching the windows that open on one day, a hundredth of all contracts, against saved searches; and the plain way:
//! each search run as a query of its own over the windows of that day.
//!
//! `cargo bench --bench matching` on SQLite with 10,000 and 100,000 contracts, 1,000 and 10,000 searches; ten times that with
//! `GUILDHALL_FULL=1`. With `DATABASE_URL=postgres://...` on that database, which must be empty, with the larger number
//! of contracts only. Processor seconds (on SQLite the database's too), statements and memory; only ratios travel between
//! machines. The plain way is run for some of the searches, and told as what all of them would take.

mod support;

use entity::{saved_search, search_anchor};
use guildhall::alerts::filter::{Filter, anchors};
use guildhall::alerts::tick;
use guildhall::councils::directory;
use guildhall::runtime::App;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use std::time::{Duration, Instant};
use support::{Place, cpu_micros};
use uuid::Uuid;

const PEOPLE: usize = 5_000;
/// Searches that are also run as queries.
const PLAIN: usize = 100;
/// The day on which a hundredth of the windows open: the standing clock's.
const DAY: &str = "2026-01-15";

const SQLITE: &str = "
CREATE TEMP TABLE c AS SELECT row_number() OVER () AS i, id FROM council;
CREATE UNIQUE INDEX temp.c_i ON c (i);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {N})
INSERT INTO contract (id, council_id, row_key, title, description, cpv, value_pence, standing, planned_notice,
    current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT randomblob(16), c.id, 'bench:' || n.i, 'thing' || (n.i / 100 * 7919 % 3000) || ' kind' || (n.i / 100 % 500),
    'Provision of services, with support and maintenance', 10000000 + (n.i / 100 * 7919 % 9000) * 10000, n.i * 1000,
    'active', 0, '2026-07-14', '2026-07-14', 0, '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 1
FROM n JOIN c ON c.i = 1 + n.i / 100 % 400;
INSERT INTO contract_window (contract_id, kind, ordinal, council_id, opens_on, closes_on, armed_at, sequence, announced,
    closing_announced)
SELECT id, 'expiry', 0, council_id, date('2026-01-15', (docid % 100) || ' days'), '2026-12-31',
    '2026-01-01 00:00:00+00:00', 0, 0, 0 FROM contract;
DROP TABLE temp.c; ANALYZE;";

const POSTGRES: &str = "
CREATE TABLE bench_c AS SELECT row_number() OVER () AS i, id FROM council;
CREATE TABLE bench_n AS SELECT i, gen_random_uuid() AS id FROM generate_series(1, {N}) i;
INSERT INTO contract (id, council_id, row_key, title, description, cpv, value_pence, standing, planned_notice,
    current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT n.id, c.id, 'bench:' || n.i, 'thing' || (n.i / 100 * 7919 % 3000) || ' kind' || (n.i / 100 % 500),
    'Provision of services, with support and maintenance', 10000000 + (n.i / 100 * 7919 % 9000) * 10000,
    n.i * 1000::bigint, 'active', false, date '2026-07-14', date '2026-07-14', false, timestamptz '2026-01-01 00:00Z',
    timestamptz '2026-01-01 00:00Z', 1
FROM bench_n n JOIN bench_c c ON c.i = 1 + n.i / 100 % 400;
INSERT INTO contract_window (contract_id, kind, ordinal, council_id, opens_on, closes_on, armed_at, sequence, announced,
    closing_announced)
SELECT n.id, 'expiry', 0, t.council_id, date '2026-01-15' + n.i % 100, date '2026-12-31',
    timestamptz '2026-01-01 00:00Z', 0, false, false FROM bench_n n JOIN contract t ON t.id = n.id;
DROP TABLE bench_c; DROP TABLE bench_n; ANALYZE;";

const RESET: &str = "DELETE FROM notification; DELETE FROM event; \
    UPDATE contract_window SET announced = FALSE, closing_announced = FALSE WHERE announced";

#[tokio::main]
async fn main() {
    let tenfold = if std::env::var_os("GUILDHALL_FULL").is_some() {
        10
    } else {
        1
    };
    let sizes = [10_000 * tenfold, 100_000 * tenfold];
    let only_last = std::env::var_os("DATABASE_URL").is_some();
    for contracts in sizes.into_iter().skip(usize::from(only_last)) {
        let Place { app, url, folder } = support::application().await;
        println!("on {url}");
        generate(&app, contracts).await;
        people(&app).await;
        let mut there = 0;
        for searches in [1_000 * tenfold, 10_000 * tenfold] {
            save(&app, there, searches).await;
            there = searches;
            app.db
                .for_migration()
                .execute_unprepared(RESET)
                .await
                .expect("a fresh day");
            matching(&app, contracts, searches).await;
        }
        plain(&app, there).await;
        drop(folder);
    }
}

async fn matching(app: &App, contracts: usize, searches: usize) {
    let (statements, cpu, before, started) = (app.db.statements(), cpu_micros(), memory_mb(), Instant::now());
    let (mut most, mut work) = (before, Box::pin(tick(app)));
    let told = loop {
        match tokio::time::timeout(Duration::from_millis(20), &mut work).await {
            Ok(told) => break told.expect("a tick"),
            Err(_) => most = most.max(memory_mb()),
        }
    };
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), (cpu_micros() - cpu) as f64 / 1e6);
    let found = count(app, "SELECT count(*) FROM notification").await;
    println!(
        "{contracts} contracts, {searches} searches: {} windows opened and {found} matched; {cpu:.2} s of CPU, \
         {seconds:.2} s, {} statements, memory up by {:.0} MB; {:.1} us of CPU a match",
        told.brought,
        app.db.statements() - statements,
        most - before,
        cpu * 1e6 / found.max(1) as f64
    );
}

/// Each of some searches as a query over the windows of the day, and what all would take.
async fn plain(app: &App, searches: usize) {
    let (cpu, started, mut found) = (cpu_micros(), Instant::now(), 0);
    for number in (0..searches).step_by(searches / PLAIN + 1) {
        let filter = looks_for(number);
        let mut conditions = vec!["w.kind = 'expiry'".to_owned(), format!("w.opens_on = '{DAY}'")];
        for word in filter.words.iter().flat_map(|words| words.split(' ')) {
            conditions.push(format!(
                "(' ' || t.title || ' ' || t.description || ' ') LIKE '% {word}%'"
            ));
        }
        conditions.extend(
            filter
                .cpv_prefixes
                .iter()
                .map(|prefix| format!("t.cpv LIKE '{prefix}%'")),
        );
        conditions.extend(
            filter
                .regions
                .iter()
                .map(|region| format!("c.region = '{region}'")),
        );
        conditions.extend(
            filter
                .min_value_pence
                .map(|least| format!("t.value_pence >= {least}")),
        );
        for id in &filter.councils {
            conditions.push(match app.db.backend() {
                DbBackend::Postgres => format!("t.council_id = '{id}'"),
                _ => format!("t.council_id = x'{}'", id.simple()),
            });
        }
        let sql = format!(
            "SELECT count(*) FROM contract_window w JOIN contract t ON t.id = w.contract_id \
             JOIN council c ON c.id = t.council_id WHERE {}",
            conditions.join(" AND ")
        );
        found += count(app, &sql).await;
    }
    let each = started.elapsed().as_secs_f64() / PLAIN as f64;
    let cpu = (cpu_micros() - cpu) as f64 / 1e6 / PLAIN as f64;
    println!(
        "the plain way, {PLAIN} searches as queries, {found} matches: {:.2} ms each; all {searches} would take {:.0} s \
         and {:.0} s of CPU",
        each * 1e3,
        each * searches as f64,
        cpu * searches as f64
    );
}

/// Of ten searches six are for two words, two for a CPV code, one for a council, one for a region from some value on.
fn looks_for(number: usize) -> Filter {
    let mut filter = Filter {
        window_kinds: vec!["expiry".into()],
        ..Filter::default()
    };
    let of = number / 10 + number % 10 * 31;
    match number % 10 {
        0..6 => filter.words = Some(format!("thing{} services", of % 3_000)),
        6 | 7 => filter.cpv_prefixes = vec![(1_000 + of % 9_000).to_string()],
        8 => filter.councils = vec![directory().all()[of % directory().all().len()].id],
        _ => {
            filter.regions = vec!["wales".into()];
            filter.min_value_pence = Some(900_000_000);
        }
    }
    filter
}

fn id(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128(kind << 64 | number as u128)
}

async fn people(app: &App) {
    use entity::person::{ActiveModel, Entity};
    let rows = (0..PEOPLE).map(|number| ActiveModel {
        id: Set(id(1, number)),
        email: Set(format!("p{number}@b.example")),
        name: Set("Somebody".into()),
        password_hash: Set(None),
        operator: Set(false),
        totp_secret: Set(None),
        totp_confirmed: Set(false),
        totp_step: Set(0),
        created_at: Set(app.clock.now()),
        version: Set(1),
    });
    for chunk in rows.collect::<Vec<_>>().chunks(1_000) {
        let some = Entity::insert_many(chunk.to_vec());
        some.exec_without_returning(app.db.for_migration())
            .await
            .expect("people");
    }
}

async fn save(app: &App, from: usize, until: usize) {
    let txn = app.db.begin().await.expect("a transaction");
    let made = app.clock.now() - chrono::Duration::days(1);
    for numbers in (from..until).collect::<Vec<_>>().chunks(1_000) {
        let rows = numbers.iter().map(|number| saved_search::ActiveModel {
            id: Set(id(2, *number)),
            person_id: Set(id(1, number % PEOPLE)),
            origin: Set("search".into()),
            name: Set(format!("Search {number}")),
            filter: Set(serde_json::to_value(looks_for(*number)).expect("JSON")),
            state: Set("active".into()),
            // Digests are not what is measured.
            frequency: Set("weekly".into()),
            hour: Set(7),
            weekday: Set(1),
            created_at: Set(made),
            updated_at: Set(made),
            version: Set(1),
        });
        let some = saved_search::Entity::insert_many(rows);
        some.exec_without_returning(&txn).await.expect("searches");
        let rows = numbers.iter().flat_map(|number| {
            let anchors = anchors::of_filter(&looks_for(*number));
            anchors.into_iter().map(|anchor| search_anchor::ActiveModel {
                anchor: Set(anchor),
                saved_search_id: Set(id(2, *number)),
            })
        });
        let some = search_anchor::Entity::insert_many(rows);
        some.exec_without_returning(&txn).await.expect("anchors");
    }
    txn.commit().await.expect("committed");
}

async fn generate(app: &App, contracts: usize) {
    let sql = match app.db.backend() {
        DbBackend::Postgres => POSTGRES,
        _ => SQLITE,
    };
    let sql = sql.replace("{N}", &contracts.to_string());
    app.db
        .for_migration()
        .execute_unprepared(&sql)
        .await
        .expect("generated contracts");
}

async fn count(app: &App, sql: &str) -> i64 {
    let statement = Statement::from_string(app.db.backend(), sql);
    let row = app
        .db
        .read()
        .query_one_raw(statement)
        .await
        .expect("a count")
        .expect("a row");
    row.try_get_by_index(0).expect("a number")
}

fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

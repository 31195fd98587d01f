//! A real register's import against a bare `INSERT` of the same rows in one prepared-statement loop.
//!
//! `cargo bench --bench importing` on SQLite; with `DATABASE_URL=postgres://...` on that database, which must be empty.
//! The file is `GUILDHALL_BENCH_REGISTER`, else Norfolk's of March 2015 beside the repository, else a fixture of ours
//! many times over. One run measures both, in turns, and prints medians: only the ratio travels between machines.

mod support;

use guildhall::access::Viewer;
use guildhall::councils::directory;
use guildhall::exchange::import::{Decisions, File, import};
use guildhall::runtime::App;
use sea_orm::sqlx::{self, Connection, PgConnection, SqliteConnection};
use sea_orm::{ConnectionTrait, DbBackend};
use std::time::Instant;
use support::{Place, cpu_micros};

const ROUNDS: usize = 5;
const NORFOLK: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/registers/norfolk-2015-03.csv"
);
const FIXTURE: &str = include_str!("../tests/fixtures/register.csv");
const CLEAR: &str = "DELETE FROM contract_window; DELETE FROM contract_source; DELETE FROM contract_supplier;
DELETE FROM contract_buyer; DELETE FROM extension_option; DELETE FROM contract; DELETE FROM import_run;
DELETE FROM supplier; DELETE FROM public_change_due; DELETE FROM public_change;";
const INSERT: &str =
    "INSERT INTO contract (id, council_id, row_key, reference, title, description, value_pence,
standing, planned_notice, current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $9, $10, $8, $11, $11, 1)";

fn file() -> Vec<u8> {
    let path = std::env::var("GUILDHALL_BENCH_REGISTER").unwrap_or_else(|_| NORFOLK.into());
    if let Ok(bytes) = std::fs::read(&path) {
        println!("{path}");
        return bytes;
    }
    println!("{path} is not at hand: 400 copies of a fixture");
    let (heading, rows) = FIXTURE.split_once('\n').expect("a heading");
    format!("{heading}\n{}", rows.repeat(400)).into_bytes()
}

/// The whole import: reading, doubts, suppliers, windows, audit. Seconds.
async fn ours(app: &App, bytes: &[u8]) -> f64 {
    let started = Instant::now();
    let file = File::of("register.csv", bytes);
    let council = directory().find("norfolk").expect("Norfolk");
    import(
        app,
        &Viewer::System,
        council,
        file,
        &Decisions::new(),
        false,
        &mut (),
    )
    .await
    .expect("it comes in");
    started.elapsed().as_secs_f64()
}

/// The rows as they are kept, for the bare loop.
type Row = (
    uuid::Uuid,
    uuid::Uuid,
    String,
    Option<String>,
    String,
    String,
    Option<i64>,
    Option<chrono::NaiveDate>,
    chrono::NaiveDate,
);

/// The same rows by hand, into the same table, in one transaction. Seconds.
macro_rules! bare {
    ($name:ident, $connection:ty) => {
        async fn $name(connection: &mut $connection, rows: &[Row]) -> f64 {
            let now = chrono::DateTime::from_timestamp(1_768_467_600, 0).expect("an instant");
            let started = Instant::now();
            let mut txn = connection.begin().await.expect("a transaction");
            for row in rows {
                sqlx::query(INSERT)
                    .bind(row.0)
                    .bind(row.1)
                    .bind(&row.2)
                    .bind(&row.3)
                    .bind(&row.4)
                    .bind(&row.5)
                    .bind(row.6)
                    .bind(false)
                    .bind(row.7)
                    .bind(row.8)
                    .bind(now)
                    .execute(&mut *txn)
                    .await
                    .expect("a row");
            }
            txn.commit().await.expect("committed");
            started.elapsed().as_secs_f64()
        }
    };
}
bare!(bare_sqlite, SqliteConnection);
bare!(bare_postgres, PgConnection);

const KEPT: &str =
    "SELECT id, council_id, row_key, reference, title, description, value_pence, current_ends_on,
ends_key FROM contract ORDER BY id";

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

#[tokio::main]
async fn main() {
    let Place { app, url, folder } = support::application().await;
    let bytes = file();
    let clear = async || {
        let done = app.db.for_migration().execute_unprepared(CLEAR).await;
        done.expect("cleared");
    };
    let (mut of_ours, mut of_bare, mut count, mut cpu) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..ROUNDS {
        clear().await;
        let before = cpu_micros();
        of_ours.push(ours(&app, &bytes).await);
        cpu += cpu_micros() - before;
        let (rows, seconds) = if app.db.backend() == DbBackend::Sqlite {
            let mut connection = SqliteConnection::connect(&url).await.expect("a connection");
            let rows: Vec<Row> = sqlx::query_as(KEPT)
                .fetch_all(&mut connection)
                .await
                .expect("rows");
            clear().await;
            let seconds = bare_sqlite(&mut connection, &rows).await;
            (rows.len(), seconds)
        } else {
            let mut connection = PgConnection::connect(&url).await.expect("a connection");
            let rows: Vec<Row> = sqlx::query_as(KEPT)
                .fetch_all(&mut connection)
                .await
                .expect("rows");
            clear().await;
            let seconds = bare_postgres(&mut connection, &rows).await;
            (rows.len(), seconds)
        };
        of_bare.push(seconds);
        count = rows;
    }
    let (ours, bare) = (median(of_ours), median(of_bare));
    println!("{count} rows, {}", app.db.backend().as_str());
    println!(
        "guildhall: {:.0} rows a second (reading, doubts, suppliers, windows, sources, audit)",
        count as f64 / ours
    );
    println!("guildhall: {} ms of CPU an import", cpu / 1_000 / ROUNDS as u64);
    println!(
        "bare INSERT: {:.0} rows a second (one table)",
        count as f64 / bare
    );
    println!("ratio of time: {:.2}", ours / bare);
    drop(folder);
}

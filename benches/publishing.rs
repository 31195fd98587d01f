//! Everything that is published of generated contracts: all as OCDS lines, all as one package of records, every council's
//! register as CSV, and the largest as a workbook. Rows a second, and the most memory that each took; beside it the
//! database's own tool, `sqlite3` or `psql`, writing the columns of the same contracts as JSON and as CSV.
//!
//! `cargo bench --bench publishing` on SQLite, with `sqlite3` at hand; with `DATABASE_URL=postgres://...` on that database,
//! which must be empty, with `psql`.
//! `GUILDHALL_BENCH_CONTRACTS` says how many contracts (10,000 if not), shared out among 400 councils as rows of files of
//! theirs. What is written is counted and thrown away. On SQLite, time and memory are the database's too.

#[path = "support/memory.rs"]
mod memory;
mod support;

use futures_util::{Stream, StreamExt};
use guildhall::councils::directory;
use guildhall::exchange::publish::ocds::{self, Kind};
use guildhall::exchange::publish::register::{Naming, csv, xlsx};
use guildhall::exchange::publish::{Of, Publisher, registers};
use guildhall::exchange::register::Column;
use guildhall::runtime::{App, Error};
use memory::{Watch, held};
use sea_orm::{ConnectionTrait, DbBackend};
use std::io::Read;
use std::pin::pin;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{Place, cpu_micros};

const SUPPLIERS: usize = 20_000;

const SQLITE: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {S})
INSERT INTO supplier (id, name, name_key, companies_house, size, created_at, updated_at, version)
SELECT randomblob(16), 'Supplier ' || i, 'SUPPLIER ' || i, printf('%08d', i), 'small', {AT}, {AT}, 1 FROM n;
CREATE TEMP TABLE s AS SELECT row_number() OVER () AS i, id FROM supplier;
CREATE TEMP TABLE c AS SELECT row_number() OVER () AS i, id, randomblob(16) AS run FROM council LIMIT 400;
CREATE UNIQUE INDEX temp.s_i ON s (i); CREATE UNIQUE INDEX temp.c_i ON c (i);
INSERT INTO import_run (id, council_id, file_name, file_digest, imported_at, rows, accepted, doubtful, held, added,
    changed, unchanged, headings)
SELECT run, id, 'register.csv', zeroblob(32), {AT}, 1, 1, 0, 0, 1, 0, 0, '{HEADINGS}' FROM c;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {N})
INSERT INTO contract (id, council_id, row_key, reference, title, description, cpv, value_pence, standing, planned_notice,
    starts_on, initial_ends_on, current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT randomblob(16), c.id, 'r:B' || n.i, 'B' || n.i, 'Contract ' || n.i || ' for software and services',
    'Provision of services, with support and maintenance, lot ' || (n.i % 17), '48000000', n.i * 1000, 'active', 0,
    '2024-04-01', '2027-03-31', '2027-03-31', '2027-03-31', 0, {AT}, {AT}, 1
FROM n JOIN c ON c.i = 1 + n.i % 400;
INSERT INTO contract_supplier (contract_id, supplier_id, ordinal)
SELECT contract.id, s.id, 0 FROM contract JOIN s ON s.i = 1 + contract.docid % {S};
INSERT INTO contract_source (contract_id, import_id, row_number, digest, cells)
SELECT contract.id, c.run, contract.docid, zeroblob(32), {CELLS}
FROM contract JOIN c ON c.id = contract.council_id;
DROP TABLE temp.s; DROP TABLE temp.c; ANALYZE;";

const POSTGRES: &str = "
INSERT INTO supplier (id, name, name_key, companies_house, size, created_at, updated_at, version)
SELECT gen_random_uuid(), 'Supplier ' || i, 'SUPPLIER ' || i, lpad(i::text, 8, '0'), 'small', {AT}, {AT}, 1
FROM generate_series(1, {S}) i;
CREATE TABLE bench_s AS SELECT row_number() OVER () AS i, id FROM supplier;
CREATE TABLE bench_c AS SELECT row_number() OVER () AS i, id, gen_random_uuid() AS run FROM council LIMIT 400;
CREATE TABLE bench_n AS SELECT i, gen_random_uuid() AS id FROM generate_series(1, {N}) i;
INSERT INTO import_run (id, council_id, file_name, file_digest, imported_at, rows, accepted, doubtful, held, added,
    changed, unchanged, headings)
SELECT run, id, 'register.csv', decode(repeat('00', 32), 'hex'), {AT}, 1, 1, 0, 0, 1, 0, 0, '{HEADINGS}' FROM bench_c;
INSERT INTO contract (id, council_id, row_key, reference, title, description, cpv, value_pence, standing, planned_notice,
    starts_on, initial_ends_on, current_ends_on, ends_key, end_unknown, created_at, updated_at, version)
SELECT n.id, c.id, 'r:B' || n.i, 'B' || n.i, 'Contract ' || n.i || ' for software and services',
    'Provision of services, with support and maintenance, lot ' || (n.i % 17), '48000000', n.i * 1000::bigint, 'active',
    false, '2024-04-01', '2027-03-31', '2027-03-31', '2027-03-31', false, {AT}, {AT}, 1
FROM bench_n n JOIN bench_c c ON c.i = 1 + n.i % 400;
INSERT INTO contract_supplier (contract_id, supplier_id, ordinal)
SELECT n.id, s.id, 0 FROM bench_n n JOIN bench_s s ON s.i = 1 + n.i % {S};
INSERT INTO contract_source (contract_id, import_id, row_number, digest, cells)
SELECT contract.id, c.run, n.i, decode(repeat('00', 32), 'hex'), {CELLS}
FROM bench_n n JOIN contract ON contract.id = n.id JOIN bench_c c ON c.id = contract.council_id;
DROP TABLE bench_s; DROP TABLE bench_c; DROP TABLE bench_n; ANALYZE;";

/// The cells of a row, as SQL makes them: some from the contract, some that only the file has, many blank.
fn cells(backend: DbBackend) -> String {
    let cell = |column: Column| match column {
        Column::Reference => "contract.reference".to_owned(),
        Column::Title => "contract.title".to_owned(),
        Column::Description => "contract.description".to_owned(),
        Column::CpvCode => "contract.cpv".to_owned(),
        Column::StartDate => "'01/04/2024'".to_owned(),
        Column::EndDate => "'31-Mar-2027'".to_owned(),
        Column::Value => "(contract.value_pence / 100) || '.00'".to_owned(),
        Column::OrganisationName => "'A council of some kind'".to_owned(),
        Column::Sme => "'Yes'".to_owned(),
        Column::ProcessType => "'Invitation to tender'".to_owned(),
        _ => "''".to_owned(),
    };
    let cells: Vec<String> = columns().map(cell).collect();
    let make = if backend == DbBackend::Postgres {
        "jsonb_build_array"
    } else {
        "json_array"
    };
    format!("{make}({})", cells.join(", "))
}

fn columns() -> impl Iterator<Item = Column> {
    Column::all().filter(|column| *column != Column::ExtensionOptions)
}

async fn fill(app: &App, contracts: usize) {
    let headings: Vec<(&str, &str)> = columns().map(|column| (column.title(), column.name())).collect();
    let backend = app.db.backend();
    let sql = if backend == DbBackend::Postgres {
        POSTGRES
    } else {
        SQLITE
    };
    let sql = sql
        .replace("{N}", &contracts.to_string())
        .replace("{S}", &SUPPLIERS.to_string())
        .replace("{AT}", "'2026-01-01T00:00:00+00:00'")
        .replace(
            "{HEADINGS}",
            &serde_json::json!(headings).to_string().replace('\'', "''"),
        )
        .replace("{CELLS}", &cells(backend));
    app.db
        .for_migration()
        .execute_unprepared(&sql)
        .await
        .expect("filled");
}

/// Everything of a stream: how many bytes.
async fn drained(stream: impl Stream<Item = Result<Vec<u8>, Error>>) -> usize {
    let (mut stream, mut bytes) = (pin!(stream), 0);
    while let Some(piece) = stream.next().await {
        bytes += piece.expect("a piece").len();
    }
    bytes
}

/// What the database's own tool writes of the same contracts, with their suppliers and the cells that they came from.
const BARE: &str =
    "SELECT contract.ocid, contract.reference, contract.title, contract.description, contract.cpv,
contract.value_pence, contract.standing, contract.starts_on, contract.current_ends_on, supplier.name,
supplier.companies_house, supplier.size, contract_source.cells
FROM contract JOIN contract_source ON contract_source.contract_id = contract.id
LEFT JOIN contract_supplier ON contract_supplier.contract_id = contract.id
LEFT JOIN supplier ON supplier.id = contract_supplier.supplier_id";

/// How long that takes; what it writes is thrown away.
fn bare(backend: DbBackend, place: &Place, json: bool) -> Duration {
    let mut command = if backend == DbBackend::Postgres {
        let select = if json {
            format!("SELECT row_to_json(bare) FROM ({BARE}) bare")
        } else {
            BARE.to_owned()
        };
        let format = if json { "text" } else { "csv" };
        let mut psql = Command::new("psql");
        let copy = format!("COPY ({select}) TO STDOUT (FORMAT {format})");
        psql.args([&place.url, "-q", "-c", &copy]);
        psql
    } else {
        let mut sqlite3 = Command::new("sqlite3");
        sqlite3.arg(if json { "-json" } else { "-csv" });
        sqlite3.arg(place.folder.path().join("bench.db")).arg(BARE);
        sqlite3
    };
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}");
    began.elapsed()
}

async fn measured(what: &str, rows: u64, bare: Option<Duration>, work: impl Future<Output = usize>) {
    let (began, cpu, before, watch) = (Instant::now(), cpu_micros(), held("self"), Watch::begin());
    let bytes = work.await;
    let seconds = began.elapsed().as_secs_f64();
    let most = watch.most();
    let ratio = bare.map_or_else(String::new, |bare| {
        format!(
            ", {:.1} x the time of the bare columns",
            seconds / bare.as_secs_f64()
        )
    });
    println!(
        "{what}: {rows} rows, {:.0} a second{ratio}, {:.0} us CPU each, {:.1} MB written; at most {most} MB of its own, {before} MB before",
        rows as f64 / seconds,
        (cpu_micros() - cpu) as f64 / rows.max(1) as f64,
        bytes as f64 / 1e6,
    );
}

#[tokio::main]
async fn main() {
    let wanted = std::env::var("GUILDHALL_BENCH_CONTRACTS").ok();
    let contracts = wanted.map_or(10_000, |text| text.parse().expect("a number of contracts"));
    let place = support::application().await;
    let (app, backend) = (&place.app, place.app.db.backend());
    fill(app, contracts).await;
    println!("{contracts} contracts, {}", backend.as_str());
    let (as_json, as_csv) = (bare(backend, &place, true), bare(backend, &place, false));
    let publisher = Publisher::new("https://guildhall.example", Publisher::UNREGISTERED);
    let all = contracts as u64;
    let lines = ocds::whole(app, &publisher, Of::Everybody, Kind::Lines, None);
    measured("OCDS releases, lines", all, Some(as_json), drained(lines)).await;
    let records = ocds::whole(app, &publisher, Of::Everybody, Kind::Records, None);
    measured("OCDS records, one package", all, Some(as_json), drained(records)).await;
    let mut councils = registers(app).await.expect("councils");
    councils.sort_by_key(|(_, count)| *count);
    let each = async {
        let mut bytes = 0;
        for (id, _) in &councils {
            let council = directory().by_id(*id).expect("a council");
            bytes += drained(csv::written(app, &publisher, council, csv::Form::default())).await;
        }
        bytes
    };
    measured("registers, CSV", all, Some(as_csv), each).await;
    let (id, rows) = *councils.last().expect("a register");
    let council = directory().by_id(id).expect("a council");
    let workbook = async {
        let mut file = xlsx::written(app, &publisher, council, Naming::Template)
            .await
            .expect("a workbook");
        std::io::copy(&mut file.by_ref(), &mut std::io::sink()).expect("read") as usize
    };
    measured("the largest register, workbook", rows, None, workbook).await;
}

//! Registers of 10,000 rows and more as CSV: the import against what loads the same file into one table of text and
//! checks nothing, `sqlite3 .import` or PostgreSQL's `COPY`. Rows a second and the most memory of each.
//!
//! `cargo bench --bench large_registers` on SQLite, with `sqlite3` at hand; with `DATABASE_URL=postgres://...` on that
//! database, which must be empty, with `psql`. `GUILDHALL_BENCH_ROWS` names other sizes: `10000,100000,1000000`. Each size
//! is one run, both in turns. Where memory is a server's, it is not counted.

#[path = "support/memory.rs"]
mod memory;
mod support;

use guildhall::access::Viewer;
use guildhall::councils::directory;
use guildhall::exchange::import::{Content, Decisions, File, import};
use guildhall::runtime::App;
use guildhall::runtime::clock::Clock;
use memory::{LOOK, Watch, held};
use sea_orm::{ConnectionTrait, DbBackend};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{Place, cpu_micros};

const HEADINGS: [&str; 14] = [
    "Contract reference",
    "Title",
    "Description",
    "Department",
    "Supplier name",
    "Supplier registration number",
    "Start date",
    "End date",
    "Review date",
    "Total contract value",
    "SME",
    "VCSE",
    "Process type",
    "Extension options",
];
const CLEAR: &str = "DELETE FROM contract_window; DELETE FROM contract_source; DELETE FROM contract_supplier;
DELETE FROM contract_buyer; DELETE FROM extension_option; DELETE FROM contract; DELETE FROM import_run;
DELETE FROM supplier; DELETE FROM public_change_due; DELETE FROM public_change;";
const WORDS: [&str; 16] = [
    "Maintenance",
    "of",
    "school",
    "heating",
    "software",
    "licences",
    "for",
    "highways",
    "cleaning",
    "and",
    "care",
    "at",
    "home",
    "transport",
    "legal",
    "services",
];

/// A register with the shape of a real one: a fifth of its cells blank, three contracts to a supplier.
fn write(path: &Path, rows: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "{}", HEADINGS.join(","))?;
    for row in 0..rows {
        let word = |at: usize| WORDS[(row / 7 + at * at + row * at) % WORDS.len()];
        let supplier = row % (rows / 3).clamp(1, 50_000);
        let number = if supplier.is_multiple_of(3) {
            format!("{supplier:08}")
        } else {
            String::new()
        };
        let (year, month) = (2020 + row % 6, 1 + row % 12);
        let extension = if row.is_multiple_of(5) {
            "2 x 12 months"
        } else {
            ""
        };
        writeln!(
            out,
            "R{row:07},{} {} {} {row},\"{} {}, {} {} and more of it, as the specification says\",{},Supplier {supplier} {} Ltd,\
             {number},01/{month:02}/{year},28/{month:02}/{},,\"£{}.50\",{},No,Invitation to tender,{extension}",
            word(1),
            word(2),
            word(3),
            word(2),
            word(4),
            word(5),
            word(6),
            word(7),
            word(supplier % 5),
            year + 3,
            1000 + row * 7 % 900_000,
            if row.is_multiple_of(2) { "Yes" } else { "No" },
        )?;
    }
    out.flush()
}

/// The whole import: reading, doubts, suppliers, windows, audit.
async fn ours(app: &App, path: &Path) -> (Duration, u64, usize) {
    let file = File {
        name: "register.csv",
        content: Content::At(path),
        settings: None,
    };
    let council = directory().find("norfolk").expect("Norfolk");
    let none = Decisions::new();
    let watch = Watch::begin();
    let began = Instant::now();
    let done = import(app, &Viewer::System, council, file, &none, false, &mut ()).await;
    let took = began.elapsed();
    (took, watch.most(), done.expect("it comes in").plan.added as usize)
}

/// The same file by the database's own tool.
fn theirs(backend: DbBackend, url: &str, folder: &Path, path: &Path) -> (Duration, u64) {
    let columns: Vec<String> = (0..HEADINGS.len()).map(|at| format!("c{at} TEXT")).collect();
    let create = format!("CREATE TABLE bare ({})", columns.join(", "));
    let mut command = if backend == DbBackend::Postgres {
        let mut psql = Command::new("psql");
        psql.args([url, "-q", "-c", "DROP TABLE IF EXISTS bare", "-c", &create, "-c"]);
        psql.arg(format!(
            "\\copy bare FROM '{}' WITH (FORMAT csv, HEADER)",
            path.display()
        ));
        psql
    } else {
        let file = folder.join("bare.db");
        let _ = std::fs::remove_file(&file);
        let mut sqlite3 = Command::new("sqlite3");
        sqlite3.arg(file).args([&create, ".mode csv"]);
        sqlite3.arg(format!(".import --skip 1 {} bare", path.display()));
        sqlite3
    };
    let began = Instant::now();
    let child = command.stdout(Stdio::null()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (mut most, process) = (0, child.id().to_string());
    let status = loop {
        most = held(&process).max(most);
        match child.try_wait().expect("it is waited for") {
            Some(status) => break status,
            None => std::thread::sleep(LOOK),
        }
    };
    assert!(status.success(), "{command:?}");
    (began.elapsed(), most)
}

#[tokio::main]
async fn main() {
    let Place { app, url, folder } = support::application().await;
    // Ids begin with the time, and are near one another in the database for that.
    let app = App {
        clock: Clock::system(),
        ..app
    };
    let wanted = std::env::var("GUILDHALL_BENCH_ROWS").unwrap_or_else(|_| "10000,100000".into());
    let backend = app.db.backend();
    for rows in wanted.split(',') {
        let rows: usize = rows
            .trim()
            .parse()
            .expect("numbers of rows, with commas between them");
        let path: PathBuf = folder.path().join("register.csv");
        write(&path, rows).expect("a file");
        let megabytes = std::fs::metadata(&path).expect("a file").len() as f64 / 1e6;
        app.db
            .for_migration()
            .execute_unprepared(CLEAR)
            .await
            .expect("cleared");
        let (theirs, their_peak) = theirs(backend, &url, folder.path(), &path);
        let cpu = cpu_micros();
        let (ours, our_peak, added) = ours(&app, &path).await;
        let cpu = (cpu_micros() - cpu) as f64 / rows as f64;
        assert_eq!(added, rows);
        let speed = |took: Duration| rows as f64 / took.as_secs_f64();
        println!(
            "{}, {rows} rows, {megabytes:.0} MB: guildhall {:.0} rows/s, {cpu:.0} us CPU each, at most {our_peak} MB; bare table of text {:.0} rows/s, {their_peak} MB; \
             ratio of time {:.1}",
            backend.as_str(),
            speed(ours),
            speed(theirs),
            ours.as_secs_f64() / theirs.as_secs_f64(),
        );
    }
    drop(folder);
}

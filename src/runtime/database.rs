//! The database: SQLite in a file by default, PostgreSQL by URL.
//!
//! SQLite has one connection that writes (its transactions IMMEDIATE, so that two never meet half way) and a
//! pool that only reads. What durability and integrity rest on is asserted when it opens. PostgreSQL has one
//! pool. Schema changes belong to the `migration` crate.
//!
//! What is deleted is to be gone. SQLite's `secure_delete` writes zeros over it in the file, at the price of writing
//! the pages that it leaves; [`Database::wipe_traces`] empties what still held it: the write-ahead log, and the samples
//! that planners keep of indexed values. In PostgreSQL dead rows go with VACUUM; backups of either are nobody's here.

use super::clock::Clock;
use super::error::Error;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel,
    QueryFilter, SqlErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::cell::Cell;
use std::fs::File;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How long a request waits for a connection, or for what somebody else holds, before it is told that the server is
/// busy.
const WAIT: Duration = Duration::from_secs(5);
/// A connection that rested for this part of [`WAIT`] is asked whether it lives before it is used, and is dead when it
/// does not say so as soon: after the database was restarted, or a firewall forgot it. Asking each time would cost
/// every request a round trip.
const RESTED: u32 = 5;
/// Two cores are kept busy by about this many; more only queue inside the database.
const CONNECTIONS: u32 = 8;
/// SQLite versions 3.7.0 to 3.51.2 can corrupt a WAL; see <https://sqlite.org/wal.html>.
const SQLITE_AT_LEAST: (u32, u32, u32) = (3, 51, 3);

tokio::task_local! {
    static WRITES: Cell<bool>;
}

/// Some work, and whether it began a transaction that may write: if it did not, it has changed nothing.
pub async fn watched<T>(work: impl Future<Output = T>) -> (T, bool) {
    let watched = async {
        let done = work.await;
        (done, WRITES.with(Cell::get))
    };
    WRITES.scope(Cell::new(false), watched).await
}

/// Names the scheduled work among PostgreSQL's advisory locks.
const SCHEDULED_WORK: i64 = 0x6775_696c_6468_616c;

/// Leave to do the scheduled work; see [`Database::alone`].
#[derive(Debug)]
pub struct Alone {
    // Its connection holds the lock.
    holder: Option<DatabaseTransaction>,
}

impl Alone {
    /// Gives the leave up. Dropped, it is given up too, but some moments later: whoever asks at once is told that another
    /// has it.
    ///
    /// # Errors
    /// When the database fails, which has given it up then.
    pub async fn end(self) -> Result<(), Error> {
        if let Some(holder) = self.holder {
            holder.rollback().await?;
        }
        Ok(())
    }
}

/// The database's two doors: one to read by, one to write by.
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
    statements: Arc<AtomicU64>,
    /// Whether something was erased whose bytes may still stand somewhere.
    traces: Arc<AtomicBool>,
    file: Option<PathBuf>,
}

impl Database {
    /// Opens `sqlite://path` (made if missing) or `postgres://...`, and checks what must hold.
    ///
    /// # Errors
    /// When it cannot be reached or does not give the guarantees.
    pub async fn open(url: &str) -> Result<Self, Error> {
        Self::open_waiting(url, WAIT).await
    }

    /// The same, with requests waiting so long before they are told that the server is busy.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_waiting(url: &str, wait: Duration) -> Result<Self, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, wait).await
        } else if url.starts_with("sqlite:") {
            Self::open_sqlite(url, wait).await
        } else {
            Err(Error::fault(
                "the database URL starts with neither sqlite: nor postgres:",
            ))
        }
    }

    async fn open_postgres(url: &str, wait: Duration) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url)
            .map_err(Error::fault)?
            .options([("lock_timeout", wait.as_millis())])
            .disable_statement_logging();
        let rested = wait / RESTED;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(wait)
            .test_before_acquire(false)
            .before_acquire(move |connection, rest| {
                Box::pin(async move {
                    if rest.idle_for < rested {
                        return Ok(true);
                    }
                    let answered = tokio::time::timeout(rested, connection.ping()).await;
                    answered.map_err(|_| sqlx::Error::PoolTimedOut)?.map(|()| true)
                })
            })
            .connect_with(options)
            .await
            .map_err(Error::fault)?;
        let (counted, statements) = counting(pool.into());
        Ok(Self {
            read: counted.clone(),
            write: counted,
            statements,
            traces: Arc::default(),
            file: None,
        })
    }

    async fn open_sqlite(url: &str, wait: Duration) -> Result<Self, Error> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(Error::fault)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(wait)
            .pragma("cache_size", "-65536")
            .pragma("mmap_size", "268435456")
            .pragma("temp_store", "memory")
            .optimize_on_close(true, None)
            .disable_statement_logging();
        let file = options.get_filename().to_owned();
        let write = sqlite_pool(options.clone().pragma("secure_delete", "on"), 1, wait).await?;
        assert_guarantees(&write).await?;
        // A reader that finds no file says so; it does not make an empty one in its place.
        let reading = options.create_if_missing(false).pragma("query_only", "on");
        let read = sqlite_pool(reading, CONNECTIONS, wait).await?;
        let (read, statements) = counting(read.into());
        let counter = statements.clone();
        let mut write: DatabaseConnection = write.into();
        write.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        Ok(Self {
            read,
            write,
            statements,
            // Whoever had the file before may have been stopped before they wiped.
            traces: Arc::new(AtomicBool::new(true)),
            file: Some(file),
        })
    }

    /// The door for reading.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let txn = self.write.begin_with_options(options).await?;
        let _ = WRITES.try_with(|writes| writes.set(true));
        Ok(txn)
    }

    /// The database's own clock, as it is now and not when the transaction began: what counts where nodes must agree.
    /// SQLite's is this machine's.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn time(&self, db: &impl ConnectionTrait, clock: &Clock) -> Result<DateTime<Utc>, Error> {
        if self.backend() != DbBackend::Postgres {
            return Ok(clock.now());
        }
        let sql = "SELECT clock_timestamp() AS now";
        let row = db
            .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
            .await?;
        let row = row.ok_or_else(|| Error::fault("the database does not tell the time"))?;
        Ok(clock.at(row.try_get("", "now")?))
    }

    /// Begins a transaction that reads, and sees the database as it is now until it ends.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, Error> {
        // SQLite's are so without being told.
        let isolation = (self.backend() == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead);
        Ok(self.read.begin_with_config(isolation, None).await?)
    }

    /// Leave for this process to do the scheduled work that one process does at a time, until it gives it up by
    /// [`Alone::end`] or ends itself; nothing, while another has it.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn alone(&self) -> Result<Option<Alone>, Error> {
        // One process serves a file.
        if self.backend() != DbBackend::Postgres {
            return Ok(Some(Alone { holder: None }));
        }
        let holder = self.read.begin().await?;
        let lock = format!("SELECT pg_try_advisory_xact_lock({SCHEDULED_WORK}) AS mine");
        let asked = holder
            .query_one_raw(Statement::from_string(DbBackend::Postgres, lock))
            .await?;
        let mine = asked.is_some_and(|row| row.try_get("", "mine").unwrap_or(false));
        Ok(mine.then_some(Alone { holder: Some(holder) }))
    }

    /// The door for schema changes.
    pub fn for_migration(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Says that something was erased for good, so that the next [`Self::wipe_traces`] has something to do.
    pub fn left_traces(&self) {
        self.traces.store(true, Ordering::SeqCst);
    }

    /// Wipes what an erasure leaves beside the rows of these tables, if there was one; whether that is done. It is
    /// not while somebody still reads what was there before: ask again later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wipe_traces(&self, tables: &[&str]) -> Result<bool, Error> {
        if !self.traces.swap(false, Ordering::SeqCst) {
            return Ok(true);
        }
        let wiped = match self.backend() {
            DbBackend::Postgres => self.wipe_postgres(tables).await,
            _ => self.wipe_sqlite(tables).await,
        };
        if !matches!(wiped, Ok(true)) {
            self.left_traces();
        }
        wiped
    }

    /// New samples replace those in which an erased value may be.
    async fn wipe_postgres(&self, tables: &[&str]) -> Result<bool, Error> {
        let sql = format!("ANALYZE {}", tables.join(", "));
        self.write.execute_unprepared(&sql).await?;
        Ok(true)
    }

    async fn wipe_sqlite(&self, tables: &[&str]) -> Result<bool, Error> {
        let ask = |sql: String| Statement::from_string(DbBackend::Sqlite, sql);
        let samples = "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'";
        if self.write.query_one_raw(ask(samples.into())).await?.is_some() {
            let sql = format!(
                "DELETE FROM sqlite_stat4 WHERE tbl IN ('{}')",
                tables.join("', '")
            );
            self.write.execute_unprepared(&sql).await?;
        }
        let emptied = self
            .write
            .query_one_raw(ask("PRAGMA wal_checkpoint(TRUNCATE)".into()));
        let emptied = emptied
            .await?
            .ok_or_else(|| Error::fault("a checkpoint without an answer"))?;
        Ok(emptied.try_get_by_index::<i32>(0)? == 0)
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.read.get_database_backend()
    }

    /// How many statements have been sent since it was opened.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The file beside a SQLite file that has this extension.
    pub fn beside(&self, extension: &str) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.with_extension(extension))
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), Error> {
        Ok(self.read.ping().await?)
    }

    /// Closes every connection.
    pub async fn close(self) -> Result<(), Error> {
        self.read.close().await?;
        Ok(self.write.close().await?)
    }

    /// Keeps a second server away from the same SQLite file for as long as the lock is held. PostgreSQL needs
    /// none: any number of servers share it.
    ///
    /// # Errors
    /// When another server has the file.
    pub fn lock_for_serving(&self) -> Result<Option<File>, Error> {
        let Some(file) = &self.file else { return Ok(None) };
        let path = file.with_extension("lock");
        let lock = File::create(&path).map_err(Error::fault)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(_) => Err(Error::fault(format!(
                "another guildhall serves {}; one server per SQLite file (use PostgreSQL for more)",
                file.display()
            ))),
        }
    }
}

/// Deletes the rows that have these ids and that nothing refers to: the database knows. Gives those that stay. All that
/// are given go in one statement, if they can.
///
/// # Errors
/// When the database fails.
pub async fn delete_unreferred<E: EntityTrait>(
    txn: &DatabaseTransaction,
    ids: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    if ids.is_empty() || deleted::<E>(txn, ids).await? {
        return Ok(Vec::new());
    }
    let mut stay = Vec::new();
    for id in ids {
        if !deleted::<E>(txn, &[*id]).await? {
            stay.push(*id);
        }
    }
    Ok(stay)
}

/// Whether all of them could go.
async fn deleted<E: EntityTrait>(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<bool, Error> {
    let step = txn.begin().await?;
    let these = Expr::col(Alias::new("id")).is_in(ids.iter().copied());
    match E::delete_many().filter(these).exec(&step).await {
        Ok(_) => {
            step.commit().await?;
            Ok(true)
        }
        Err(error) if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))) => {
            step.rollback().await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

async fn sqlite_pool(
    options: SqliteConnectOptions,
    connections: u32,
    wait: Duration,
) -> Result<SqlitePool, Error> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(wait)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
        .map_err(Error::fault)
}

/// What acknowledged writes and references rest on. A file system that cannot do WAL, for one, says so here.
async fn assert_guarantees(pool: &SqlitePool) -> Result<(), Error> {
    for (pragma, expected) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("secure_delete", "1"),
    ] {
        let sql = AssertSqlSafe(format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}"));
        let row = pool.fetch_one(sql).await;
        let found: String = row.and_then(|row| row.try_get(0)).map_err(Error::fault)?;
        if found != expected {
            return Err(Error::fault(format!(
                "SQLite's {pragma} is {found} and must be {expected}"
            )));
        }
    }
    let row = pool
        .fetch_one("SELECT sqlite_version()")
        .await
        .map_err(Error::fault)?;
    let version: String = row.try_get(0).map_err(Error::fault)?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < SQLITE_AT_LEAST {
        return Err(Error::fault(format!(
            "SQLite {version} can corrupt its write-ahead log; 3.51.3 cannot"
        )));
    }
    Ok(())
}

fn counting(mut connection: DatabaseConnection) -> (DatabaseConnection, Arc<AtomicU64>) {
    let statements = Arc::new(AtomicU64::new(0));
    let counter = statements.clone();
    connection.set_metric_callback(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    (connection, statements)
}

//! What every benchmark needs: an application on a fresh database, and the processor's time.

use guildhall::councils;
use guildhall::runtime::App;
use guildhall::runtime::clock::Clock;
use guildhall::runtime::database::Database;
use guildhall::runtime::entropy::Entropy;
use guildhall::runtime::mail::Mailer;
use guildhall::runtime::secret::Secret;
use migration::{Migrate, Migrator};
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An application, where its database is, and the folder that goes with this.
pub(crate) struct Place {
    pub(crate) app: App,
    pub(crate) url: String,
    pub(crate) folder: tempfile::TempDir,
}

/// An application on `DATABASE_URL`, which must be empty, or on SQLite in a folder of its own.
pub(crate) async fn application() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite://{}", folder.path().join("bench.db").display());
    let url = std::env::var("DATABASE_URL").unwrap_or(file);
    let app = App {
        db: Database::open(&url).await.expect("the database opens"),
        clock: Clock::standing(chrono::DateTime::from_timestamp(1_768_467_600, 0).expect("an instant")),
        entropy: Entropy::seeded(1),
        secret: Secret::from_bytes([1; 32]),
        mailer: Mailer::kept(),
        objects: guildhall::runtime::objects::Objects::nowhere(),
        public_url: "https://guildhall.example".into(),
        development: false,
        hashing: guildhall::runtime::Hashing::at_once(1),
        single_sign_on: Arc::default(),
        work: Arc::default(),
        sending: Arc::default(),
    };
    Migrator::up(app.db.for_migration(), None)
        .await
        .expect("the schema");
    councils::mirror(&app).await.expect("the councils");
    guildhall::changes::catch_up(&app).await.expect("the feed");
    Place { app, url, folder }
}

/// Processor time of this process so far, in microseconds, by the kernel's ticks of 10 ms.
pub(crate) fn cpu_micros() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum::<u64>()
        * 10_000
}

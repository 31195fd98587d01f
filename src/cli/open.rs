//! The application for commands that serve nothing: the configured database, migrated, and no mail.

use super::{Failure, failed};
use crate::access::single_sign_on;
use crate::changes;
use crate::councils;
use crate::runtime::config::Config;
use crate::runtime::database::Database;
use crate::runtime::entropy::Entropy;
use crate::runtime::mail::Mailer;
use crate::runtime::objects::Objects;
use crate::runtime::secret::Secret;
use crate::runtime::{App, Hashing, telemetry};
use crate::suppliers;
use migration::{Migrate, Migrator};
use std::path::Path;
use std::sync::Arc;

/// Password checks at once.
pub(super) const HASHING: usize = 4;

/// The application over the configured database. It sends nothing and seals nothing.
pub(super) async fn app(config: Option<&Path>) -> Result<App, Failure> {
    let app = as_it_is(config, Secret::from_bytes(Entropy::system().bytes())).await?;
    prepare(&app).await?;
    Ok(app)
}

/// The same, over a database that is there: a mistyped name makes no empty one.
pub(super) async fn existing(config: Option<&Path>) -> Result<App, Failure> {
    let (url, _) = Config::for_commands(config)?;
    let file = url
        .strip_prefix("sqlite://")
        .and_then(|rest| rest.split('?').next());
    match file.filter(|file| !Path::new(file).exists()) {
        Some(file) => Err(failed(format!("there is no database at {file}"))),
        None => app(config).await,
    }
}

/// The same, with the server's secret, over a database that is not brought up to date.
pub(super) async fn as_it_is(config: Option<&Path>, secret: Secret) -> Result<App, Failure> {
    telemetry::start("warn");
    let (url, clock) = Config::for_commands(config)?;
    let entropy = Entropy::system();
    Ok(App {
        db: Database::open(&url).await.map_err(failed)?,
        clock,
        secret,
        entropy,
        mailer: Mailer::kept(),
        objects: Objects::nowhere(),
        public_url: "".into(),
        development: false,
        hashing: Hashing::at_once(HASHING),
        single_sign_on: Arc::default(),
        work: Arc::default(),
        sending: Arc::default(),
    })
}

/// The application over the whole configuration, for commands that write mail or need the server's secret. The server
/// sends what they write.
pub(super) async fn configured(config: Option<&Path>) -> Result<App, Failure> {
    telemetry::start("warn");
    let config = Config::read(config)?;
    let app = of(config, Entropy::system()).await?;
    prepare(&app).await?;
    Ok(app)
}

/// The application of a configuration.
pub(super) async fn of(config: Config, entropy: Entropy) -> Result<App, Failure> {
    let single_sign_on = single_sign_on::providers(config.single_sign_on)?;
    Ok(App {
        db: Database::open(&config.database_url).await.map_err(failed)?,
        clock: config.clock,
        entropy,
        secret: config.secret,
        mailer: config.mailer,
        objects: Objects::open(&config.objects).map_err(failed)?,
        public_url: config.public_url.into(),
        development: config.development,
        hashing: config.hashing,
        single_sign_on: Arc::new(single_sign_on),
        work: Arc::default(),
        sending: Arc::new(config.sending),
    })
}

/// Brings the schema and the facts up to date.
pub(super) async fn prepare(app: &App) -> Result<(), Failure> {
    Migrator::up(app.db.for_migration(), None).await.map_err(failed)?;
    councils::mirror(app).await.map_err(failed)?;
    suppliers::rekey(app).await.map_err(failed)?;
    changes::catch_up(app).await.map_err(failed)
}

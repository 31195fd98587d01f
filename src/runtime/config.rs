//! Configuration of `serve`: a TOML file, overridden by the environment. Nothing is invented: what is missing
//! is named, all of it at once, and the program does not start.

mod mail;
mod objects;
mod publishing;
mod single_sign_on;

pub use publishing::Publishing;
pub use single_sign_on::{SingleSignOn, is_on_this_machine};

use super::app::Hashing;
use super::clock::Clock;
use super::mail::Mailer;
use super::objects::Place;
use super::outbox::Sending;
use super::secret::Secret;
use chrono::{DateTime, Utc};
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What can be configured. Each key `k` may stand in the file, or in the environment as `GUILDHALL_K`; the
/// database also as `DATABASE_URL`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    /// Address and port to listen on. Default `127.0.0.1:8080`; put a proxy that speaks TLS in front.
    #[serde(default = "default_listen")]
    listen: String,
    /// Where people reach it, as `https://guildhall.example`: links in mails start with it. Required.
    public_url: Option<String>,
    /// The prefix of the OCIDs of what is published as open data, as the Open Contracting Partnership gave it to you.
    /// Default `ocds-guildhall`, which is nobody's.
    ocid_prefix: Option<String>,
    /// `sqlite://guildhall.db` or `postgres://user@host/name`. Required.
    database_url: Option<String>,
    /// 32 random bytes in base64 (`openssl rand -base64 32`). It seals bids and signs links; a copy of the
    /// database without it opens no bid, so keep it apart from the backups. Required.
    secret: Option<String>,
    /// Where the files of bids are kept: `file:///path`, or `s3://bucket/prefix` with the keys below. Default, for SQLite,
    /// beside the database, in `<database>.objects`; required for PostgreSQL.
    objects: Option<String>,
    /// Who keeps the bucket, as `https://s3.example.org`. Default Amazon.
    objects_endpoint: Option<String>,
    /// The bucket's region. Required for a bucket.
    objects_region: Option<String>,
    /// Whose key is used. Required for a bucket.
    objects_access_key: Option<String>,
    /// The key. Required for a bucket.
    objects_secret_key: Option<String>,
    /// Leave to reach a bucket on another machine without TLS. Default false.
    #[serde(default)]
    objects_plain: bool,
    /// `smtps://user:password@host:465`, `smtp://host:587?tls=required`, or `smtp://localhost:1025` for a
    /// relay on this machine. Required.
    smtp_url: Option<String>,
    /// Leave to send mail to another machine without TLS. Default false.
    #[serde(default)]
    smtp_plain: bool,
    /// A PEM file with the authority of the relay's certificate, if it is not one that everybody trusts.
    smtp_ca_file: Option<PathBuf>,
    /// Sender of every mail, as `Guildhall <alerts@guildhall.example>`. Required.
    mail_from: Option<String>,
    /// Mail is signed (DKIM) with the private key of this PEM file: RSA of 2,048 bits, or Ed25519. Default unsigned.
    dkim_key_file: Option<PathBuf>,
    /// The key's name in the DNS, as `guildhall2026`.
    dkim_selector: Option<String>,
    /// The domain that signs. Default that of `mail_from`.
    dkim_domain: Option<String>,
    /// Whether mail that cannot be delivered comes back here: `guildhall mail returned`, or `/mail/returned/`. Default
    /// false.
    #[serde(default)]
    bounces: bool,
    /// The domain that it comes back to, at `bounces+...`. Default that of `mail_from`.
    return_path_domain: Option<String>,
    /// Mails under way to the relay at the same time, by each process. Default 8.
    #[serde(default = "default_mail_at_once")]
    mail_at_once: usize,
    /// Mails to one recipient's domain in a minute, by all processes together; what protects accounts is exempt. Default
    /// 600; 0 is no limit.
    #[serde(default = "default_mail_per_domain")]
    mail_per_domain_per_minute: u32,
    /// Address and port of a listener for Prometheus, at `/metrics`. Whoever reaches it can read it. Default none.
    metrics_listen: Option<String>,
    /// Log filter when `RUST_LOG` is not set. Default `info`.
    #[serde(default = "default_log")]
    log: String,
    /// How many proxies stand in front, each of which appends to `X-Forwarded-For`: attempts are counted by who
    /// asked the first of them. Default 0: the header is not believed.
    #[serde(default)]
    proxies: usize,
    /// Password hashes under way at once; each takes a core and the memory below. Default 4.
    #[serde(default = "default_password_checks")]
    password_checks: usize,
    /// Memory of a password hash (argon2id) in KiB. Default, and least, 19456. Raised, it holds for each password
    /// from its owner's next sign-in.
    #[serde(default = "default_password_memory")]
    password_memory_kib: u32,
    /// Passes of a password hash. Default, and least, 2.
    #[serde(default = "default_password_passes")]
    password_passes: u32,
    /// The OpenID providers by which councils sign their people in: a table `[[single_sign_on]]` each. Default none.
    #[serde(default)]
    single_sign_on: Vec<single_sign_on::Keys>,
    /// Development: sent mail can be read at `/mailbox` and the clock can be moved. Never on a real server.
    #[serde(default)]
    development: bool,
    /// Development only: the instant at which the clock starts, as `2015-03-30T08:00:00Z`.
    clock: Option<DateTime<Utc>>,
}

/// Those that commands read beside `serve`.
#[derive(Debug, Deserialize)]
struct CommandKeys {
    database_url: Option<String>,
    #[serde(default)]
    development: bool,
    clock: Option<DateTime<Utc>>,
}

fn default_listen() -> String {
    "127.0.0.1:8080".into()
}

fn default_log() -> String {
    "info".into()
}

fn default_mail_at_once() -> usize {
    8
}

fn default_mail_per_domain() -> u32 {
    600
}

fn default_password_checks() -> usize {
    4
}

fn default_password_memory() -> u32 {
    Hashing::LEAST.0
}

fn default_password_passes() -> u32 {
    Hashing::LEAST.1
}

/// A configuration that is whole.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach it, without a trailing slash.
    pub public_url: String,
    /// The prefix of OCIDs, where one is configured.
    pub ocid_prefix: Option<String>,
    /// Where everything is kept.
    pub database_url: String,
    /// Where large content is kept.
    pub objects: Place,
    /// The server's secret.
    pub secret: Secret,
    /// How mail leaves.
    pub mailer: Mailer,
    /// How mail is sent.
    pub sending: Sending,
    /// Where metrics are served.
    pub metrics_listen: Option<SocketAddr>,
    /// Log filter.
    pub log: String,
    /// Proxies in front.
    pub proxies: usize,
    /// What hashing a password costs.
    pub hashing: Hashing,
    /// By whom councils sign their people in.
    pub single_sign_on: Vec<SingleSignOn>,
    /// Whether this is a development server.
    pub development: bool,
    /// What time it is.
    pub clock: Clock,
}

impl Config {
    /// Reads the file, if one is named, and the environment.
    ///
    /// # Errors
    /// A line for each key that is missing, unknown or unreadable.
    pub fn read(file: Option<&Path>) -> Result<Self, Vec<String>> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .merge(Env::prefixed("GUILDHALL_").ignore(&["CONFIG", "PASSWORD"]));
        let keys: Keys = figment.extract().map_err(|errors| {
            errors
                .into_iter()
                .map(|error| error.to_string())
                .collect::<Vec<_>>()
        })?;
        Self::check(keys)
    }

    /// Only the database's URL and the clock, for commands that need no more.
    ///
    /// # Errors
    /// When there is no URL.
    pub fn for_commands(file: Option<&Path>) -> Result<(String, Clock), Vec<String>> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let keys: CommandKeys = figment
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .merge(Env::prefixed("GUILDHALL_").only(&["DATABASE_URL", "DEVELOPMENT", "CLOCK"]))
            .extract()
            .map_err(|error| vec![error.to_string()])?;
        let missing = || {
            missing(
                "database_url",
                "sqlite://guildhall.db or postgres://user@host/name",
            )
        };
        let url = keys.database_url.ok_or_else(|| vec![missing()])?;
        let clock = if keys.development {
            Clock::movable(keys.clock)
        } else {
            Clock::system()
        };
        Ok((url, clock))
    }

    /// Only the secret, for commands that need it: none, when it is not configured.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn secret_for_commands(file: Option<&Path>) -> Result<Option<Secret>, Vec<String>> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment = figment.merge(Env::prefixed("GUILDHALL_").only(&["SECRET"]));
        let Ok(text) = figment.extract_inner::<String>("secret") else {
            return Ok(None);
        };
        let secret = Secret::parse(&text).map_err(|e| vec![format!("secret: {e}")])?;
        Ok(Some(secret))
    }

    fn check(keys: Keys) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let hashing = hashing(&keys, &mut wrong);
        let mailer = mail::check(&keys, &mut wrong);
        let objects = objects::check(&keys, &mut wrong);
        let sending = sending(&keys, &mut wrong);
        let metrics_listen = keys.metrics_listen.as_ref().and_then(|text| {
            let read = text
                .parse()
                .map_err(|e| wrong.push(format!("metrics_listen: {text:?} {e}")));
            read.ok()
        });
        let ocid_prefix = publishing::check(keys.ocid_prefix, &mut wrong);
        let single_sign_on = single_sign_on::check(keys.single_sign_on, &mut wrong);
        let listen = keys
            .listen
            .parse()
            .map_err(|e| wrong.push(format!("listen: {:?} {e}", keys.listen)))
            .ok();
        let public_url = required(
            &mut wrong,
            keys.public_url,
            "public_url",
            "https://guildhall.example",
        );
        let database_url = required(
            &mut wrong,
            keys.database_url,
            "database_url",
            "sqlite://guildhall.db or postgres://...",
        );
        let secret = required(
            &mut wrong,
            keys.secret,
            "secret",
            "32 random bytes: openssl rand -base64 32",
        )
        .and_then(|text| {
            Secret::parse(&text)
                .map_err(|e| wrong.push(format!("secret: {e}")))
                .ok()
        });
        if keys.clock.is_some() && !keys.development {
            wrong.push("clock: only a development server may have one of its own".into());
        }
        let clock = if keys.development {
            Clock::movable(keys.clock)
        } else {
            Clock::system()
        };
        match (listen, public_url, database_url, objects, secret, mailer) {
            (Some(listen), Some(url), Some(database_url), Some(objects), Some(secret), Some(mailer))
                if wrong.is_empty() =>
            {
                Ok(Self {
                    listen,
                    public_url: url.trim_end_matches('/').to_owned(),
                    ocid_prefix,
                    database_url,
                    objects,
                    secret,
                    mailer,
                    sending,
                    metrics_listen,
                    log: keys.log,
                    proxies: keys.proxies,
                    hashing,
                    single_sign_on,
                    development: keys.development,
                    clock,
                })
            }
            _ => Err(wrong),
        }
    }
}

fn sending(keys: &Keys, wrong: &mut Vec<String>) -> Sending {
    let at_once = keys.mail_at_once;
    if !(1..=64).contains(&at_once) {
        wrong.push(format!("mail_at_once: {at_once} is not 1 to 64"));
    }
    Sending::new(at_once.clamp(1, 64), keys.mail_per_domain_per_minute)
}

fn hashing(keys: &Keys, wrong: &mut Vec<String>) -> Hashing {
    let (memory, passes) = Hashing::LEAST;
    let mut check = |key: &str, value: usize, least: usize, most: usize| {
        if !(least..=most).contains(&value) {
            wrong.push(format!("{key}: {value} is not {least} to {most}"));
        }
    };
    check("password_checks", keys.password_checks, 1, 1024);
    check(
        "password_memory_kib",
        keys.password_memory_kib as usize,
        memory as usize,
        4 << 20,
    );
    check(
        "password_passes",
        keys.password_passes as usize,
        passes as usize,
        64,
    );
    Hashing {
        memory_kib: keys.password_memory_kib,
        passes: keys.password_passes,
        ..Hashing::at_once(keys.password_checks.max(1))
    }
}

fn required(wrong: &mut Vec<String>, value: Option<String>, key: &str, example: &str) -> Option<String> {
    let value = value.filter(|value| !value.trim().is_empty());
    if value.is_none() {
        wrong.push(missing(key, example));
    }
    value
}

fn missing(key: &str, example: &str) -> String {
    format!(
        "{key} is missing: set it in the configuration file or as GUILDHALL_{} ({example})",
        key.to_uppercase()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(toml: &str) -> Result<Config, Vec<String>> {
        Config::check(Figment::from(Toml::string(toml)).extract().unwrap())
    }

    #[test]
    fn an_empty_configuration_names_every_missing_key() {
        let wrong = keys("").unwrap_err().join("\n");
        for key in ["public_url", "database_url", "secret", "smtp_url", "mail_from"] {
            assert!(wrong.contains(&format!("{key} is missing")), "{key} in {wrong}");
        }
    }

    #[tokio::test]
    async fn a_production_server_may_not_have_its_own_clock() {
        let whole = format!(
            "public_url = 'https://x.example/'\ndatabase_url = 'sqlite://x.db'\nsecret = '{}'\n\
             smtp_url = 'smtp://localhost:25'\nmail_from = 'A <a@x.example>'\n",
            Secret::from_bytes([1; 32]).to_base64()
        );
        assert_eq!(keys(&whole).unwrap().public_url, "https://x.example");
        assert!(
            keys(&format!("{whole}clock = '2015-03-30T08:00:00Z'")).unwrap_err()[0].starts_with("clock:")
        );
        assert!(
            keys(&format!(
                "{whole}development = true\nclock = '2015-03-30T08:00:00Z'"
            ))
            .is_ok()
        );
    }
}

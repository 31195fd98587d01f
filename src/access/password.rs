//! Passwords: which are good enough, and their argon2id hashes (RFC 9106), off the async threads and only a few at a
//! time.

use crate::runtime::{App, Error, Hashing, Meter};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Argon2, Params};
use std::time::Duration;
use zxcvbn::zxcvbn;

/// Passwords are taken exactly as typed, within these bytes.
pub(super) const BYTES: std::ops::RangeInclusive<usize> = 8..=1024;
/// Guesses that it takes to find, at the least: as many as eight characters without any pattern take by zxcvbn's
/// reckoning. Its own third score begins five guesses later, and would refuse them.
const ENOUGH: u64 = 100_000_000;
/// Who waits longer than this for their turn is told that the server is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a password is not good enough, in plain English; nothing when it is. `about` is what an attacker would try
/// first: the person's name and address. A hostile one takes long to judge: it waits for a turn like a hash.
pub(super) async fn weakness(app: &App, password: &str, about: [&str; 2]) -> Result<Option<String>, Error> {
    let (password, about) = (password.to_owned(), about.map(str::to_owned));
    bounded(app, move || judge(&password, &about)).await
}

fn judge(password: &str, about: &[impl AsRef<str>]) -> Option<String> {
    if !BYTES.contains(&password.len()) {
        return Some("a password has 8 to 1,024 bytes".into());
    }
    let words: Vec<&str> = about
        .iter()
        .map(AsRef::as_ref)
        .flat_map(|text: &str| std::iter::once(text).chain(text.split(['@', '.', ' '])))
        .chain(["guildhall"])
        .collect();
    let found = zxcvbn(password, &words);
    if found.guesses() >= ENOUGH {
        return None;
    }
    let hint = found.feedback().and_then(|feedback| feedback.warning());
    let hint = hint.map_or_else(String::new, |warning| format!(" {warning}"));
    Some(format!(
        "this password is easily guessed: use a few more words.{hint}"
    ))
}

fn argon2(params: Params) -> Argon2<'static> {
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
}

fn params(cost: &Hashing) -> Params {
    Params::new(cost.memory_kib, cost.passes, 1, None).unwrap_or_default()
}

fn kib_passes(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

/// Computes a hash, counted.
fn compute(meter: &Meter, params: Params, password: &str, salt: &[u8]) -> Result<String, Error> {
    meter.count(kib_passes(&params), || {
        argon2(params)
            .hash_password_with_salt(password.as_bytes(), salt)
            .map(|hash| hash.to_string())
            .map_err(Error::fault)
    })
}

/// The PHC string of a password.
pub(super) async fn hash(app: &App, password: &str) -> Result<String, Error> {
    let (salt, password, cost) = (
        app.entropy.bytes::<16>(),
        password.to_owned(),
        app.hashing.clone(),
    );
    bounded(app, move || compute(&cost.meter, params(&cost), &password, &salt)).await?
}

/// Whether the password is the one hashed. Without a hash (no such account, or none with a password) the same work
/// is done for nothing, and what an older, cheaper hash spared is made up for: all addresses take alike long to
/// refuse.
pub(super) async fn verify(app: &App, password: &str, hash: Option<String>) -> Result<bool, Error> {
    let (salt, password, cost) = (
        app.entropy.bytes::<16>(),
        password.to_owned(),
        app.hashing.clone(),
    );
    bounded(app, move || {
        let Some(hash) = hash else {
            return compute(&cost.meter, params(&cost), &password, &salt).map(|_| false);
        };
        let hash = PasswordHash::new(&hash).map_err(Error::fault)?;
        let had = Params::try_from(&hash).map_err(Error::fault)?;
        let spared = spared(&had, &cost);
        let verify = || {
            argon2(had.clone())
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        };
        let right = cost.meter.count(kib_passes(&had), verify);
        if let Some(spared) = spared.filter(|_| !right) {
            compute(&cost.meter, spared, &password, &salt)?;
        }
        Ok(right)
    })
    .await?
}

/// The work that a hash of these parameters spares against what hashes cost now.
fn spared(had: &Params, cost: &Hashing) -> Option<Params> {
    let now = params(cost);
    let missing = kib_passes(&now).saturating_sub(kib_passes(had)) / u64::from(now.t_cost());
    let memory = u32::try_from(missing).ok()?;
    Params::new(memory, now.t_cost(), 1, None).ok()
}

/// Whether a hash cost less than hashes now do.
pub(super) fn is_cheap(hash: &str, cost: &Hashing) -> bool {
    let params = PasswordHash::new(hash)
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok());
    !params.is_some_and(|params| params.m_cost() >= cost.memory_kib && params.t_cost() >= cost.passes)
}

async fn bounded<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let turn = app.hashing.at_once.clone().acquire_owned();
    let permit = tokio::time::timeout(PATIENCE, turn)
        .await
        .map_err(|_| Error::Overloaded("too many passwords to hash".into()))?
        .map_err(Error::fault)?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(Error::fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easily_guessed_is_refused_and_long_phrases_are_not() {
        let about = ["robin@copperwren.example", "Robin Copperwren"];
        for weak in [
            "short",
            "password1",
            "copperwren2024",
            "robin@copperwren.example",
            "guildhall1",
            "qwertyuiop",
            "P4ssw0rd!",
        ] {
            assert!(judge(weak, &about).is_some(), "{weak}");
        }
        for strong in [
            "correct horse battery",
            "k7#Qzx!v",
            "pass phrase of several wörds",
            "\u{1F3DB}\u{FE0F} hôtel de ville 1454",
        ] {
            assert_eq!(judge(strong, &about), None, "{strong}");
        }
        let long = "lantern otter gravel ninety plum ".repeat(31) + "x";
        assert_eq!(long.len(), 1024);
        assert_eq!(judge(&long, &about), None);
        assert!(judge(&format!("{long}y"), &about).is_some(), "1,025 bytes");
    }

    #[test]
    fn a_hash_is_cheap_when_either_cost_was_raised() {
        let least = Hashing::at_once(1);
        let hash = compute(&least.meter, params(&least), "x", &[1; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!is_cheap(&hash, &least));
        assert!(is_cheap(
            &hash,
            &Hashing {
                passes: 3,
                ..least.clone()
            }
        ));
        assert!(is_cheap(
            &hash,
            &Hashing {
                memory_kib: 32 * 1024,
                ..least.clone()
            }
        ));
        assert!(is_cheap("not a hash", &least));
    }

    #[test]
    fn what_an_older_hash_spared_makes_up_the_difference() {
        let had = params(&Hashing::at_once(1));
        for (memory_kib, passes) in [(64 * 1024, 2), (19 * 1024, 3), (32 * 1024, 5)] {
            let cost = Hashing {
                memory_kib,
                passes,
                ..Hashing::at_once(1)
            };
            let made_up = kib_passes(&had) + kib_passes(&spared(&had, &cost).unwrap());
            let whole = kib_passes(&params(&cost));
            assert!(whole - made_up < u64::from(passes), "{made_up} of {whole}");
        }
        assert!(spared(&had, &Hashing::at_once(1)).is_none(), "nothing was spared");
    }
}

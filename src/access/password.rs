//! Passwords: which are good enough, and their argon2id hashes (RFC 9106), off the async threads and only a few at a
//! time.

use crate::runtime::{App, Error, Hashing};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Argon2, Params};
use zxcvbn::{Score, zxcvbn};

/// Passwords are taken exactly as typed, within these bytes.
pub(super) const BYTES: std::ops::RangeInclusive<usize> = 8..=1024;
/// Of zxcvbn's five: it takes more than 10^8 guesses to find.
const ENOUGH: Score = Score::Three;

/// Why a password is not good enough, in plain English; nothing when it is. `about` is what an attacker would try
/// first: the person's name and address.
pub(super) fn weakness(password: &str, about: &[&str]) -> Option<String> {
    if !BYTES.contains(&password.len()) {
        return Some("a password has 8 to 1,024 bytes".into());
    }
    let words: Vec<&str> = about
        .iter()
        .flat_map(|text| text.split(['@', '.', ' ']))
        .chain(["guildhall"])
        .collect();
    let found = zxcvbn(password, &words);
    if found.score() >= ENOUGH {
        return None;
    }
    let hint = found.feedback().and_then(|feedback| feedback.warning());
    let hint = hint.map_or_else(String::new, |warning| format!(" {warning}"));
    Some(format!(
        "this password is easily guessed: use a few more words.{hint}"
    ))
}

fn argon2(cost: &Hashing) -> Argon2<'static> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None).unwrap_or_default();
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
}

/// The PHC string of a password.
pub(super) async fn hash(app: &App, password: &str) -> Result<String, Error> {
    let (salt, password, cost) = (
        app.entropy.bytes::<16>(),
        password.to_owned(),
        app.hashing.clone(),
    );
    bounded(app, move || {
        argon2(&cost)
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(Error::fault)
    })
    .await?
}

/// Whether the password is the one hashed. Without a hash (no such account, or none with a password) the same work
/// is done for nothing, so that all addresses take alike long.
pub(super) async fn verify(app: &App, password: &str, hash: Option<String>) -> Result<bool, Error> {
    let (salt, password, cost) = (
        app.entropy.bytes::<16>(),
        password.to_owned(),
        app.hashing.clone(),
    );
    bounded(app, move || match hash {
        Some(hash) => PasswordHash::new(&hash)
            .map(|hash| argon2(&cost).verify_password(password.as_bytes(), &hash).is_ok())
            .map_err(Error::fault),
        None => argon2(&cost)
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|_| false)
            .map_err(Error::fault),
    })
    .await?
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
    let permit = app
        .hashing
        .at_once
        .clone()
        .acquire_owned()
        .await
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
            "guildhall1",
            "qwertyuiop",
            "P4ssw0rd!",
        ] {
            assert!(weakness(weak, &about).is_some(), "{weak}");
        }
        for strong in [
            "correct horse battery",
            "pass phrase of several wörds",
            "\u{1F3DB}\u{FE0F} hôtel de ville 1454",
        ] {
            assert_eq!(weakness(strong, &about), None, "{strong}");
        }
        let long = "lantern otter gravel ninety plum ".repeat(31) + "x";
        assert_eq!(long.len(), 1024);
        assert_eq!(weakness(&long, &about), None);
        assert!(weakness(&format!("{long}y"), &about).is_some(), "1,025 bytes");
    }

    #[test]
    fn a_hash_is_cheap_when_either_cost_was_raised() {
        let least = Hashing::at_once(1);
        let hash = argon2(&least)
            .hash_password_with_salt(b"x", &[1; 16])
            .unwrap()
            .to_string();
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
}

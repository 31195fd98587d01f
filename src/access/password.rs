//! Passwords as argon2id (RFC 9106), off the async threads and only a few at a time.

use crate::runtime::{App, Error};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Argon2, Params};

/// 19 MiB, two passes, one lane: OWASP's figure, some 35 ms.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within argon2's bounds");
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
}

/// The PHC string of a password.
pub(super) async fn hash(app: &App, password: &str) -> Result<String, Error> {
    let (salt, password) = (app.entropy.bytes::<16>(), password.to_owned());
    bounded(app, move || {
        argon2()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(Error::fault)
    })
    .await?
}

/// Whether the password is the one hashed. Without a hash (no such account) the same work is done for nothing,
/// so that known and unknown addresses take alike long.
pub(super) async fn verify(app: &App, password: &str, hash: Option<String>) -> Result<bool, Error> {
    let (salt, password) = (app.entropy.bytes::<16>(), password.to_owned());
    bounded(app, move || match hash {
        Some(hash) => PasswordHash::new(&hash)
            .map(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
            .map_err(Error::fault),
        None => argon2()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|_| false)
            .map_err(Error::fault),
    })
    .await?
}

async fn bounded<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let permit = app.hashing.clone().acquire_owned().await.map_err(Error::fault)?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(Error::fault)
}

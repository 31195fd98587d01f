//! Where large content is kept: a folder beside the database, or a bucket that speaks S3.
//!
//! Whoever holds the store learns nothing from it: content is sealed with a key drawn from the server's secret, its
//! name authenticated with it, and padded, so that its size tells little. What is missing or broken is a fault, never an
//! empty file. Objects are not in the database's transactions: put them first, then write the row that names them, and
//! sweep later what no row came to name ([`fresh_name`] says since when).

mod far;

use super::{App, Error};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use far::Bucket;

/// The largest content.
pub const MOST: usize = 32 << 20;
/// The smallest object; each further step is twice as large.
const STEP: usize = 64 << 10;
/// A layout's number and the length of what is not padding.
const HEAD: usize = 1 + 8;
const LAYOUT: u8 = 1;
/// What sealing adds: nonce and tag.
const SEAL: usize = 24 + 16;
const PURPOSE: &str = "object";
/// One object is there, or not, within this time: under what a request has.
const PATIENCE: Duration = Duration::from_secs(8);
/// Objects sealed or opened at once: each takes up to 64 MiB meanwhile for the largest file of a bid.
const AT_ONCE: usize = 4;
const LISTING: Duration = Duration::from_secs(120);

/// Where objects are kept. Cheap to clone.
#[derive(Clone, Default)]
pub struct Objects(Option<Arc<Store>>);

struct Store {
    store: Box<dyn ObjectStore>,
    /// What fails may be away, and not broken.
    far: bool,
    turns: Semaphore,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Objects(..)")
    }
}

/// Where they are to be kept, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Bucket),
}

impl Place {
    /// The folder beside a database in a file: its name with `.objects`. None for any other database.
    pub fn beside(database_url: &str) -> Option<Self> {
        let rest = database_url.strip_prefix("sqlite:")?;
        let file = rest.strip_prefix("//").unwrap_or(rest).split('?').next()?;
        if file.is_empty() || file == ":memory:" {
            return None;
        }
        Some(Self::Folder(PathBuf::from(format!("{file}.objects"))))
    }
}

impl Objects {
    /// Nowhere: for commands that keep and read no objects. Each attempt is a fault.
    pub fn nowhere() -> Self {
        Self::default()
    }

    /// Opens the place; a folder is made if it is missing, for nobody else to read.
    ///
    /// # Errors
    /// When there can be no such folder, or no such bucket.
    pub fn open(place: &Place) -> Result<Self, Error> {
        let (store, far): (Box<dyn ObjectStore>, bool) = match place {
            Place::Folder(folder) => (folder_at(folder)?, false),
            Place::Bucket(bucket) => (bucket.open()?, true),
        };
        let turns = Semaphore::new(AT_ONCE);
        Ok(Self(Some(Arc::new(Store { store, far, turns }))))
    }

    fn store(&self) -> Result<&Store, Error> {
        let nowhere = || Error::fault("this command has no place for objects");
        self.0.as_deref().ok_or_else(nowhere)
    }
}

fn folder_at(folder: &Path) -> Result<Box<dyn ObjectStore>, Error> {
    let failed =
        |error: &dyn std::fmt::Display| Error::fault(format!("objects: {}: {error}", folder.display()));
    let mut made = std::fs::DirBuilder::new();
    made.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut made, 0o700);
    made.create(folder).map_err(|error| failed(&error))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(&error))?;
    // As the database: what was acknowledged survives power loss.
    Ok(Box::new(store.with_fsync(true)))
}

/// A name for something kept now, that tells nobody what it is of. It is never given twice, so that what is swept cannot
/// be put again meanwhile; since when it is kept stands in front, as the store shows anyway.
pub fn fresh_name(app: &App, of: &[u8]) -> String {
    let fresh: [u8; 16] = app.entropy.bytes();
    let tag = app.secret.tag("object name", &[&fresh[..], of].concat());
    format!("{:010x}-{}", app.clock.now().timestamp().max(0), hex::encode(tag))
}

/// Since when an object of this name is kept; nothing, when the name is none of ours.
pub fn named_at(name: &str) -> Option<DateTime<Utc>> {
    let (at, tag) = name.split_once('-')?;
    let hex = |text: &str, length| {
        text.len() == length
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    if !hex(at, 10) || !hex(tag, 64) {
        return None;
    }
    DateTime::from_timestamp(i64::from_str_radix(at, 16).ok()?, 0)
}

/// Keeps content under a name of [`fresh_name`]. When this returns, it is kept for good.
///
/// # Errors
/// [`Error::Overloaded`] when a store far away cannot be reached; a fault when it refuses, or there is no room.
pub async fn put(app: &App, name: &str, content: &[u8]) -> Result<(), Error> {
    let (store, path) = (app.objects.store()?, path(name)?);
    let put = async {
        let _turn = store.turn().await?;
        let sealed = sealed(app, name, content).await?;
        let put = store.store.put(&path, sealed.into()).await;
        put.map(drop).map_err(|error| store.failed(name, &error))
    };
    tokio::time::timeout(PATIENCE, put)
        .await
        .map_err(|_| slow(name))?
}

/// The content of an object.
///
/// # Errors
/// A fault when it is missing or is not what was put there; [`Error::Overloaded`] as for [`put`].
pub async fn get(app: &App, name: &str) -> Result<Vec<u8>, Error> {
    let (store, path) = (app.objects.store()?, path(name)?);
    let got = async {
        let _turn = store.turn().await?;
        let got = store
            .store
            .get(&path)
            .await
            .map_err(|error| store.failed(name, &error))?;
        if got.meta.size > (2 * MOST + SEAL) as u64 {
            return Err(broken(name));
        }
        let got = got.bytes().await.map_err(|error| store.failed(name, &error))?;
        let (secret, name) = (app.secret.clone(), name.to_owned());
        let opened = tokio::task::spawn_blocking(move || {
            let plain = secret.open(PURPOSE, name.as_bytes(), &got);
            let content = plain.as_deref().and_then(|plain| unpadded(plain));
            content.map(<[u8]>::to_vec).ok_or_else(|| broken(&name))
        });
        opened.await.map_err(Error::fault)?
    };
    tokio::time::timeout(PATIENCE, got)
        .await
        .map_err(|_| slow(name))?
}

/// Forgets an object. One that is gone already is no mistake.
///
/// # Errors
/// As [`put`].
pub async fn delete(app: &App, name: &str) -> Result<(), Error> {
    let (store, path) = (app.objects.store()?, path(name)?);
    let gone = tokio::time::timeout(PATIENCE, store.store.delete(&path)).await;
    match gone.map_err(|_| slow(name))? {
        Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
        Err(error) => Err(store.failed(name, &error)),
    }
}

/// The names of all objects. What others have put there is not told.
///
/// # Errors
/// As [`put`].
pub async fn list(app: &App) -> Result<Vec<String>, Error> {
    let store = app.objects.store()?;
    let all = store.store.list(None).try_filter_map(async |object| {
        let name = object.location.to_string();
        Ok(named_at(&name).is_some().then_some(name))
    });
    let all = tokio::time::timeout(LISTING, all.try_collect()).await;
    let all = all.map_err(|_| slow("the list"))?;
    all.map_err(|error| store.failed("the list", &error))
}

fn path(name: &str) -> Result<Name, Error> {
    named_at(name).ok_or_else(|| Error::fault("a name that no object has"))?;
    Name::parse(name).map_err(Error::fault)
}

async fn sealed(app: &App, name: &str, content: &[u8]) -> Result<Vec<u8>, Error> {
    let plain = padded(content).ok_or_else(|| Error::fault("content that is larger than any object"))?;
    let (secret, nonce, name) = (app.secret.clone(), app.entropy.bytes(), name.to_owned());
    let sealed = tokio::task::spawn_blocking(move || secret.seal(PURPOSE, name.as_bytes(), nonce, &plain));
    sealed.await.map_err(Error::fault)
}

/// Content with its length in front and nothing behind it, up to the next step.
fn padded(content: &[u8]) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    if content.len() > MOST {
        return None;
    }
    let size = (HEAD + content.len()).next_power_of_two().max(STEP);
    let mut plain = zeroize::Zeroizing::new(Vec::with_capacity(size));
    plain.push(LAYOUT);
    plain.extend_from_slice(&(content.len() as u64).to_be_bytes());
    plain.extend_from_slice(content);
    plain.resize(size, 0);
    Some(plain)
}

fn unpadded(plain: &[u8]) -> Option<&[u8]> {
    let (&layout, rest) = plain.split_first()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    (layout == LAYOUT).then(|| rest.get(..length))?
}

fn broken(name: &str) -> Error {
    Error::fault(format!(
        "object {name} is broken: its content or the server's secret is not the same"
    ))
}

fn slow(name: &str) -> Error {
    Error::Overloaded(format!("object {name}: the store did not answer in time"))
}

impl Store {
    async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.turns.acquire().await.map_err(Error::fault)
    }

    fn failed(&self, name: &str, error: &StoreError) -> Error {
        let told = format!("object {name}: {error}");
        match error {
            StoreError::Generic { .. } if self.far => Error::Overloaded(told),
            _ => Error::Fault(told),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_padded_to_a_step_and_read_back_whole() {
        for (length, size) in [
            (0, STEP),
            (1, STEP),
            (STEP - HEAD, STEP),
            (STEP - HEAD + 1, 2 * STEP),
            (300_000, 8 * STEP),
        ] {
            let content = vec![7; length];
            let plain = padded(&content).unwrap();
            assert_eq!(plain.len(), size, "{length}");
            assert_eq!(unpadded(&plain), Some(&*content));
        }
        assert!(padded(&vec![0; MOST + 1]).is_none());
    }

    #[test]
    fn what_does_not_hold_the_length_it_tells_is_no_content() {
        let whole = padded(b"words").unwrap();
        assert_eq!(unpadded(&whole[..HEAD + 4]), None);
        assert_eq!(unpadded(&[]), None);
        assert_eq!(unpadded(&[LAYOUT; 3]), None);
        let mut other = whole.to_vec();
        other[0] = 2;
        assert_eq!(unpadded(&other), None);
    }

    #[test]
    fn only_names_that_were_given_are_ours() {
        let tag = "ab".repeat(32);
        let at = named_at(&format!("00695ff2c0-{tag}")).unwrap();
        assert_eq!(at.timestamp(), 0x695f_f2c0);
        for other in [
            tag.clone(),
            format!("00695ff2c0{tag}"),
            format!("0695ff2c0-{tag}"),
            format!("00695ff2c0-{tag}0"),
            format!("00695ff2c0-{}", tag.to_uppercase()),
            format!("../695ff2c-{tag}"),
            format!("+0695ff2c0-{tag}"),
        ] {
            assert_eq!(named_at(&other), None, "{other}");
        }
    }

    #[test]
    fn a_database_in_a_file_has_its_objects_beside_it() {
        let folder = |name: &str| Some(Place::Folder(name.into()));
        assert_eq!(Place::beside("sqlite://a/b.db"), folder("a/b.db.objects"));
        assert_eq!(
            Place::beside("sqlite:///a/b.db?mode=rw"),
            folder("/a/b.db.objects")
        );
        assert_eq!(Place::beside("sqlite:b.db"), folder("b.db.objects"));
        for other in ["sqlite::memory:", "sqlite://", "postgres://a/b"] {
            assert_eq!(Place::beside(other), None, "{other}");
        }
    }
}

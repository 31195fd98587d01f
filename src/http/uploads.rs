//! Multipart requests with one file (the GraphQL multipart request specification), read within bounds: who asks is
//! known before a byte of the body is read, the operation comes first and is no larger than any other, and no more files
//! than these are in memory at once.
//!
//! A form of another site's page can send such a body, but not the header without which none is read.

use super::graphql::{Call, malformed, parsed, refusal};
use crate::graphql::uploads::Uploaded;
use crate::pilots::attachments::MOST_BYTES;
use futures_util::{Stream, StreamExt, stream};
use multer::bytes::Bytes;
use multer::{Constraints, Field, Multipart, SizeLimit};
use poem::http::{StatusCode, header};
use poem::{Body, Request, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// Headers that a form cannot send; what they say does not matter.
const PREFLIGHT: [&str; 2] = ["graphql-preflight", "apollo-require-preflight"];
/// The file's place in the operation.
const MAP: u64 = 1024;
/// Read at once: what the reader holds beyond what it has taken apart.
const PIECE: usize = 16 * 1024;
/// Bytes a second that a body comes at, at the least.
const SLOWEST: u64 = 128 * 1024;
/// Whatever comes before the file, its own headers included.
const BEFORE: u64 = super::graphql::BODY as u64 + MAP + 4 * 1024 + 2 * PIECE as u64;
/// A file that is a little too large is told so in the operation's own words.
const FILE: u64 = MOST_BYTES as u64 + 64 * 1024;
const WHOLE: u64 = BEFORE + FILE + 1024;

/// How many files are read at once, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// By this process.
    pub at_once: usize,
    /// By one person.
    pub each: usize,
    /// A body that does not go on for so long is given up.
    pub idle: Duration,
    /// A body that is not whole by then is given up.
    pub whole: Duration,
}

impl Default for UploadLimits {
    /// Up to 16 MiB for each, beside what sealing takes.
    fn default() -> Self {
        Self {
            at_once: 8,
            each: 2,
            idle: Duration::from_secs(10),
            whole: Duration::from_secs(90),
        }
    }
}

/// The uploads under way in this process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Uploads {
    limits: UploadLimits,
    all: Arc<Semaphore>,
    people: Arc<Mutex<HashMap<Uuid, usize>>>,
}

/// Leave to have one file in memory.
pub(super) struct Held {
    person: Uuid,
    people: Arc<Mutex<HashMap<Uuid, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Uploads {
    pub(super) fn new(limits: UploadLimits) -> Self {
        Self {
            limits,
            all: Arc::new(Semaphore::new(limits.at_once)),
            people: Arc::default(),
        }
    }

    /// Leave for one more file of this person's, if there is room.
    pub(super) fn hold(&self, person: Uuid) -> Option<Held> {
        let permit = self.all.clone().try_acquire_owned().ok()?;
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = people.entry(person).or_default();
        if *theirs >= self.limits.each {
            return None;
        }
        *theirs += 1;
        Some(Held {
            person,
            people: self.people.clone(),
            _permit: permit,
        })
    }

    /// The operation, with the file's digest in the file's place, and the file.
    pub(super) async fn read(
        &self,
        request: &mut Request,
        held: Held,
    ) -> Result<(Call, Arc<Uploaded>), Response> {
        let boundary = request
            .content_type()
            .and_then(|told| multer::parse_boundary(told).ok());
        let boundary = boundary.filter(|told| !told.is_empty() && told.len() <= 70);
        let boundary = boundary.ok_or_else(|| malformed("the body's boundary is not told"))?;
        let told = request
            .header(header::CONTENT_LENGTH)
            .and_then(|text| text.parse::<u64>().ok());
        if told.is_some_and(|bytes| bytes > WHOLE) {
            return Err(too_large());
        }
        let body = request.take_body();
        let read = tokio::time::timeout(self.limits.whole, taken_apart(body, boundary, self.limits.idle));
        let Ok(read) = read.await else {
            return Err(late());
        };
        let (call, content, digest) = read?;
        Ok((call, Arc::new(Uploaded::new(content, digest, held))))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(theirs) = people.get_mut(&self.person) {
            *theirs -= 1;
            if *theirs == 0 {
                people.remove(&self.person);
            }
        }
    }
}

/// Whether a request is of this kind, and no form's.
pub(super) fn is_one(request: &Request) -> bool {
    let essence = request.content_type().and_then(|text| text.split(';').next());
    let multipart = essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"));
    multipart && PREFLIGHT.iter().any(|name| request.headers().contains_key(*name))
}

async fn taken_apart(
    body: Body,
    boundary: String,
    idle: Duration,
) -> Result<(Call, Vec<u8>, [u8; 32]), Response> {
    let allowed = Arc::new(AtomicU64::new(BEFORE));
    let limits = SizeLimit::new()
        .whole_stream(WHOLE)
        .per_field(FILE)
        .for_field("operations", super::graphql::BODY as u64)
        .for_field("map", MAP);
    let constraints = Constraints::new().size_limit(limits);
    let pieces = pieces(body, idle, allowed.clone());
    let mut parts = Multipart::with_constraints(pieces, boundary, constraints);
    let operations = part(&mut parts, "operations")
        .await?
        .bytes()
        .await
        .map_err(told)?;
    let mut call = parsed(&operations).map_err(|told| malformed(&told))?;
    let map = part(&mut parts, "map").await?.bytes().await.map_err(told)?;
    let (name, path) = mapped(&map).ok_or_else(|| malformed("map one file to one place in the variables"))?;
    let place =
        place(&mut call, &path).ok_or_else(|| malformed("the file is mapped to no place that is null"))?;
    let mut file = part(&mut parts, &name).await?;
    allowed.store(WHOLE, Ordering::Relaxed);
    let (mut content, mut digest) = (Vec::new(), Sha256::new());
    while let Some(piece) = file.chunk().await.map_err(told)? {
        digest.update(&piece);
        content.extend_from_slice(&piece);
    }
    drop(file);
    if parts.next_field().await.map_err(told)?.is_some() {
        return Err(malformed("send one file, and nothing behind it"));
    }
    let digest: [u8; 32] = digest.finalize().into();
    *place = Value::String(hex::encode(digest));
    Ok((call, content, digest))
}

/// The body in small pieces, one each time it is asked for: the reader would take all that has come, however much. No
/// more than is allowed so far, and not slower than this.
fn pieces(
    body: Body,
    idle: Duration,
    allowed: Arc<AtomicU64>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
    let begun = tokio::time::Instant::now();
    let state = (body.into_bytes_stream().boxed(), Bytes::new(), 0_u64);
    stream::unfold(Some(state), move |state| {
        let allowed = allowed.clone();
        async move {
            let (mut body, mut rest, mut read) = state?;
            tokio::task::yield_now().await;
            while rest.is_empty() {
                rest = match tokio::time::timeout(idle, body.next()).await {
                    Ok(Some(Ok(piece))) => piece,
                    Ok(Some(Err(error))) => return Some((Err(std::io::Error::other(error)), None)),
                    Ok(None) => return None,
                    Err(_) => return Some((Err(std::io::ErrorKind::TimedOut.into()), None)),
                };
            }
            let piece = rest.split_to(rest.len().min(PIECE));
            read += piece.len() as u64;
            // A body that drips would keep its place from others.
            if begun.elapsed() > idle + Duration::from_millis(read * 1000 / SLOWEST) {
                return Some((Err(std::io::ErrorKind::TimedOut.into()), None));
            }
            if read > allowed.load(Ordering::Relaxed) {
                return Some((Err(std::io::ErrorKind::FileTooLarge.into()), None));
            }
            Some((Ok(piece), Some((body, rest, read))))
        }
    })
}

/// The next part, which must be of this name.
async fn part<'a>(parts: &mut Multipart<'a>, name: &str) -> Result<Field<'a>, Response> {
    let next = parts.next_field().await.map_err(told)?;
    let named = next.filter(|part| part.name() == Some(name));
    named.ok_or_else(|| {
        malformed("send the parts `operations`, `map`, and the file that it names, in this order")
    })
}

/// The file's name and its one place.
fn mapped(map: &[u8]) -> Option<(String, String)> {
    let map: HashMap<String, [String; 1]> = serde_json::from_slice(map).ok()?;
    let mut all = map.into_iter();
    let (name, [path]) = all.next()?;
    (all.next().is_none() && !matches!(&*name, "operations" | "map")).then_some((name, path))
}

/// The place in the variables that a file is mapped to, which is null.
fn place<'a>(call: &'a mut Call, path: &str) -> Option<&'a mut Value> {
    let mut steps = path.strip_prefix("variables.")?.split('.');
    let first = call.variables.as_mut()?.get_mut(steps.next()?)?;
    let place = steps.try_fold(first, |place, step| match place {
        Value::Object(fields) => fields.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })?;
    place.is_null().then_some(place)
}

fn told(error: multer::Error) -> Response {
    let stream = |kind| {
        let multer::Error::StreamReadFailed(cause) = &error else {
            return false;
        };
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|cause| cause.kind() == kind)
    };
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => too_large(),
        _ if stream(std::io::ErrorKind::FileTooLarge) => too_large(),
        _ if stream(std::io::ErrorKind::TimedOut) => late(),
        _ => malformed("the body is not multipart, or did not arrive"),
    }
}

fn too_large() -> Response {
    let message = "a request has at most 64 kB and one file of 10 MiB";
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "MALFORMED", message, None)
}

fn late() -> Response {
    malformed("the body did not arrive in time")
}

//! Links to files of bids: signed by the server, for one person, one file and a quarter of an hour. A link gives no
//! right: whether its person may have the file is asked again when it is opened.

use super::Attachment;
use crate::access::Viewer;
use crate::runtime::App;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// How long a link leads anywhere.
pub const VALID: Duration = Duration::minutes(15);
/// Pilot, person, digest, and until when.
const SAID: usize = 16 + 16 + 32 + 8;
const WHOLE: usize = SAID + 32;
const PURPOSE: &str = "attachment link";

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The pilot whose bid it belongs to.
    pub pilot: Uuid,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

/// The address of a file of a bid for a pilot, for this viewer: none for those who are not signed in.
pub fn url(app: &App, viewer: &Viewer, pilot: Uuid, attachment: &Attachment) -> Option<String> {
    let person = viewer.person()?.id;
    let digest: [u8; 32] = hex::decode(&attachment.sha256).ok()?.try_into().ok()?;
    let until = (app.clock.now() + VALID).timestamp_millis().to_be_bytes();
    let said = [&pilot.as_bytes()[..], person.as_bytes(), &digest, &until].concat();
    let tag = app.secret.tag(PURPOSE, &said);
    let token = URL_SAFE_NO_PAD.encode([&said[..], &tag].concat());
    Some(format!("{}/bids/attachments/{token}", app.public_url))
}

/// What a link leads to for this viewer: nothing when it is another's, too old, or not ours.
pub fn read(app: &App, viewer: &Viewer, token: &str) -> Option<Target> {
    let person = viewer.person()?.id;
    let whole = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .filter(|whole| whole.len() == WHOLE)?;
    let (said, tag) = whole.split_at(SAID);
    let until = i64::from_be_bytes(said[64..].try_into().ok()?);
    let until: DateTime<Utc> = DateTime::from_timestamp_millis(until)?;
    let right = app.secret.verify(PURPOSE, said, tag) && said[16..32] == person.as_bytes()[..];
    (right && app.clock.now() < until).then(|| {
        Some(Target {
            pilot: Uuid::from_slice(&said[..16]).ok()?,
            sha256: hex::encode(&said[32..64]),
        })
    })?
}

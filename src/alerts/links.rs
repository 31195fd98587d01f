//! Links in mails that need no signing in: a person's id, and a tag for one purpose that only this server can make.

use crate::runtime::{App, Error};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::person;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// One POST ends all alerts (RFC 8058).
    Unsubscribe,
    /// To see what one is told of and how often, and to change that.
    Alerts,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Unsubscribe => "unsubscribe",
            Self::Alerts => "alerts",
        }
    }
}

/// The link of a person.
pub fn link(app: &App, purpose: Purpose, person: Uuid) -> String {
    format!("{}{}", app.public_url, path(app, purpose, person))
}

/// The same within this site.
pub(super) fn path(app: &App, purpose: Purpose, person: Uuid) -> String {
    let word = purpose.word();
    let mut bytes = person.as_bytes().to_vec();
    bytes.extend_from_slice(&app.secret.tag(word, person.as_bytes())[..16]);
    format!("/{word}/{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Whose link it is; nobody's, when it is not ours.
pub fn person_of(app: &App, purpose: Purpose, token: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (id, tag) = bytes.split_at_checked(16)?;
    let right = app.secret.tag(purpose.word(), id);
    let same = tag.len() == 16 && bool::from(subtle::ConstantTimeEq::ct_eq(tag, &right[..16]));
    same.then(|| Uuid::from_slice(id).ok()).flatten()
}

/// Whose link it is, while they have an account.
pub(super) async fn owner(app: &App, purpose: Purpose, token: &str) -> Result<Option<person::Model>, Error> {
    let Some(id) = person_of(app, purpose, token) else {
        return Ok(None);
    };
    Ok(person::Entity::find_by_id(id).one(app.db.read()).await?)
}

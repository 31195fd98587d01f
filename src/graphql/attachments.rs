//! Files of bids in the graph: what they are, and where they are fetched.

use crate::access::Viewer;
use crate::pilots::attachments::{Attachment, links};
use crate::runtime::App;
use async_graphql::{Context, Object};
use uuid::Uuid;

/// A file of a bid. What it is was told by its content.
#[derive(Clone, Debug)]
pub struct BidAttachment {
    pilot: Uuid,
    file: Attachment,
}

impl BidAttachment {
    /// Files of a bid for this pilot.
    pub(super) fn all(pilot: Uuid, files: &[Attachment]) -> Vec<Self> {
        let files = files.iter().cloned();
        files.map(|file| Self { pilot, file }).collect()
    }
}

/// A file of a bid. What it is was told by its content.
#[Object]
impl BidAttachment {
    /// Its name.
    async fn name(&self) -> &str {
        &self.file.name
    }

    /// Its media type.
    async fn media_type(&self) -> &str {
        &self.file.media_type
    }

    /// Its size.
    async fn bytes(&self) -> u64 {
        self.file.bytes
    }

    /// SHA-256 of its content, in hex.
    async fn sha256(&self) -> &str {
        &self.file.sha256
    }

    /// Where it is fetched within 15 minutes, by whoever asks here and nobody else, who must be signed in and still
    /// entitled to it.
    async fn url(&self, ctx: &Context<'_>) -> Option<String> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        links::url(app, viewer, self.pilot, &self.file)
    }
}

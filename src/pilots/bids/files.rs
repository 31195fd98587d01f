//! The files of bids: attached to a draft, submitted with it, read by whoever reads the bid, and forgotten when nothing
//! names them.

use super::super::attachments::{self, Attachment, AttachmentErrorCode};
use super::super::tender_box::{self, Kept};
use super::super::{evaluation, store};
use super::drafts::{self, Seen};
use super::{BidErrorCode, in_time};
use crate::access::Viewer;
use crate::runtime::{App, Error, Refusal, Stop, based_on};
use futures_util::future::BoxFuture;
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Bytes of the files that are ever attached to one bid, those that were taken off among them: they are kept for a while.
const MOST_EVER: u64 = 500 << 20;

/// Between two sweeps.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Attaches a file to a supplier's draft, of the version told.
///
/// # Errors
/// When it comes too late, there is no draft or another version, the file is none that can be attached, or the viewer may
/// not.
pub async fn attach(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    version: i32,
    name: &str,
    content: &[u8],
) -> Result<Seen, Stop<BidErrorCode>> {
    let (txn, found, ..) = in_time(app, viewer, pilot, supplier, None).await?;
    let (kept, draft) = drafts::with_draft(tender_box::of_supplier(app, &txn, found.id, supplier).await?)?;
    based_on(version, draft.version, BidErrorCode::Conflict)?;
    if kept.attached > MOST_EVER {
        let message =
            "files of over 500 MiB were attached to this bid and taken off again: no more are taken";
        return Err(Stop::refuse(BidErrorCode::FileTooLarge, "file", message));
    }
    // Nothing is held while the file is kept: what it is based on is looked at again.
    txn.rollback().await.map_err(Error::from)?;
    let taken = attachments::take(app, kept.id, &draft.words.attachments, name, content).await;
    let file = taken.map_err(of_file)?;
    let said = json!({ "attached": file.sha256 });
    let kept_file = file.clone();
    let changed = drafts::change(app, viewer, (pilot, supplier), version, said, |kept, draft| {
        kept.attached += file.bytes;
        draft.words.attachments.push(file);
        Ok(())
    });
    let changed = changed.await;
    // Only what was surely not written: a commit whose answer was lost may have named it.
    if let Err(Stop::Refused(_)) = &changed
        && let Err(error) = attachments::forget(app, &kept_file).await
    {
        tracing::warn!(%error, "a file that no draft names was not forgotten; a sweep does");
    }
    changed
}

/// Takes a file off a draft, by its name. A bid that was submitted with it keeps it.
///
/// # Errors
/// When it comes too late, there is no draft or another version, no file of that name, or the viewer may not.
pub async fn detach(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    version: i32,
    name: &str,
) -> Result<Seen, Stop<BidErrorCode>> {
    let said = json!({ "detached": true });
    drafts::change(app, viewer, (pilot, supplier), version, said, |_, draft| {
        let files = &mut draft.words.attachments;
        let at = files.iter().position(|file| file.name == name);
        let at = at.ok_or_else(|| {
            let message = format!("the draft has no file {name:?}");
            Stop::refuse(BidErrorCode::NoFile, "name", message)
        })?;
        files.remove(at);
        Ok(())
    })
    .await
}

fn of_file(stop: Stop<AttachmentErrorCode>) -> Stop<BidErrorCode> {
    use AttachmentErrorCode as File;
    let code = |code| match code {
        File::TooLarge => BidErrorCode::FileTooLarge,
        File::TooMany => BidErrorCode::TooManyFiles,
        File::UnknownType => BidErrorCode::UnknownFileType,
        File::NotAsNamed => BidErrorCode::FileNotAsNamed,
        File::HasMacros => BidErrorCode::FileHasMacros,
        File::Encrypted => BidErrorCode::FileEncrypted,
        File::BadName => BidErrorCode::BadFileName,
        File::Empty => BidErrorCode::EmptyFile,
    };
    match stop {
        Stop::Failed(error) => Stop::Failed(error),
        Stop::Refused(why) => Stop::Refused(
            why.into_iter()
                .map(|refusal| Refusal {
                    code: code(refusal.code),
                    message: refusal.message,
                    path: refusal.path,
                    current_version: refusal.current_version,
                })
                .collect(),
        ),
    }
}

/// The files for a pilot that a viewer may have now: of their own suppliers' drafts and bids, and of the bids that they
/// may read.
pub fn of_pilot(app: App, viewer: Viewer, pilot: Uuid) -> BoxFuture<'static, Result<Vec<Attachment>, Error>> {
    Box::pin(async move {
        let Some(pilot) = super::super::one(&app, &viewer, pilot).await? else {
            return Ok(Vec::new());
        };
        let drafts = drafts::of_pilot(&app, &viewer, &pilot).await?;
        let mut files: Vec<Attachment> = Vec::new();
        files.extend(drafts.into_iter().flat_map(|seen| seen.draft.words.attachments));
        // First those of which something is kept back from the viewer: a file's own name may be.
        if let Some(seen) = evaluation::read::of_pilot(&app, &viewer, &pilot).await? {
            files.extend(seen.bids.into_iter().flat_map(|bid| bid.words.attachments));
        }
        let bids = super::of_pilot(&app, &viewer, &pilot).await?;
        files.extend(bids.into_iter().flat_map(|bid| bid.offer.words.attachments));
        Ok(files)
    })
}

/// What else names objects, for who does the sweeping.
pub type Elsewhere = fn(App) -> BoxFuture<'static, Result<Vec<String>, Error>>;

/// Sweeps once a day, until told to stop.
pub async fn run(app: App, elsewhere: Elsewhere, mut stop: watch::Receiver<bool>) {
    loop {
        let swept = match elsewhere(app.clone()).await {
            Ok(named) => sweep(&app, named).await,
            Err(error) => Err(error),
        };
        if let Err(error) = swept {
            tracing::error!(%error, "forgetting files that no bid names failed; the next day's sweep tries again");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(DAY) => {}
        }
    }
}

/// Forgets the objects that no draft and no bid names, and that nothing else does; how many those were.
///
/// # Errors
/// When the database fails, a seal is broken, or the store cannot be reached: nothing is forgotten then that may be named.
pub async fn sweep(app: &App, elsewhere: impl IntoIterator<Item = String>) -> Result<u64, Error> {
    let mut named: HashSet<String> = elsewhere.into_iter().collect();
    for pilot in store::published(app.db.read()).await? {
        named.extend(named_for(app, pilot).await?);
    }
    attachments::sweep(app, &named).await
}

async fn named_for(app: &App, pilot: Uuid) -> Result<Vec<String>, Error> {
    let db = app.db.read();
    let mut rows = Vec::new();
    let mut named = Vec::new();
    // The box first: what is taken out of it in between is found as a row.
    for kept in tender_box::all(app, db, pilot).await? {
        named.extend(names(&kept));
        rows.extend(kept.row(pilot));
    }
    rows.extend(store::bids(db, pilot).await?);
    for row in rows {
        let files = super::open(app, &row)?.offer.words.attachments;
        named.extend(files.into_iter().map(|file| file.object));
    }
    Ok(named)
}

fn names(kept: &Kept) -> impl Iterator<Item = String> {
    let draft = kept.draft.iter();
    draft.flat_map(|draft| draft.words.attachments.iter().map(|file| file.object.clone()))
}

/// The same files under names that tell nothing of who sends them.
pub(in crate::pilots) fn unnamed(files: &mut [Attachment]) {
    for (file, number) in files.iter_mut().zip(1..) {
        let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
        file.name = format!("attachment-{number}.{ending}");
    }
}

//! Drafts of bids in the graph: shared within a supplier, and with nobody else.

use super::attachments::BidAttachment;
use super::bids::{BidAnswer, BidAnswerInput, BidReceipt, BidSubmitPayload, answers};
use super::errors::payload;
use super::ids::{Id, Sort};
use super::uploads::Upload;
use crate::access::Viewer;
use crate::pilots::bids::drafts::{self, Seen};
use crate::pilots::bids::files;
use crate::pilots::bids::{self, BidErrorCode, Declaration, Submission, Words};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Drafts of bids, to write and submit.
#[derive(Debug, Default)]
pub struct BidDraftsMutation;

/// A bid as far as a supplier's people have written it.
#[derive(Clone, Debug)]
pub struct BidDraft(Seen);

payload! {
    /// What became of saving a draft.
    BidDraftSavePayload { draft: BidDraft } BidDraftSaveError(BidErrorCode, current_version)
}
payload! {
    /// What became of throwing a draft away.
    BidDraftDiscardPayload { discarded: bool } BidDraftDiscardError(BidErrorCode, current_version)
}

payload! {
    /// What became of attaching a file.
    BidDraftAttachPayload { draft: BidDraft } BidDraftAttachError(BidErrorCode, current_version)
}
payload! {
    /// What became of taking a file off.
    BidDraftDetachPayload { draft: BidDraft } BidDraftDetachError(BidErrorCode, current_version)
}

/// A file for a draft.
#[derive(Debug, InputObject)]
pub struct BidDraftAttachInput {
    /// The pilot the draft is for.
    pilot: Id,
    /// The supplier whose draft it is.
    supplier: Id,
    /// The version of the draft that this is based on.
    version: i32,
    /// The file's name; its ending is that of its type.
    name: String,
    /// The file.
    file: Upload,
}

/// What is still to be done before a draft can be submitted.
#[derive(Clone, Debug, SimpleObject)]
pub struct BidDraftMissing {
    /// As what a submission would be refused.
    code: BidErrorCode,
    /// In words.
    message: String,
    /// The field.
    path: String,
}

/// What is written of a bid. It replaces what was written before.
#[derive(Debug, InputObject)]
pub struct BidDraftSaveInput {
    /// The pilot it is for.
    pilot: Id,
    /// The supplier whose it is.
    supplier: Id,
    /// The version of the draft that this one replaces; absent for the first.
    replaces: Option<i32>,
    /// The price in pence, VAT excluded, once there is one.
    price_pence: Option<i64>,
    /// How the supplier would do it, as far as it is written.
    #[graphql(default)]
    answer: String,
    /// The same by criterion, where it is better told so.
    #[graphql(default)]
    answers: Vec<BidAnswerInput>,
    /// What is declared so far.
    #[graphql(default)]
    declarations: Vec<Declaration>,
}

/// The drafts for a pilot that the viewer may read, for its field of that name.
pub(super) async fn of_pilot(
    ctx: &Context<'_>,
    pilot: &crate::pilots::Pilot,
) -> std::result::Result<Vec<BidDraft>, crate::runtime::Error> {
    let (app, viewer) = given(ctx);
    let seen = drafts::of_pilot(app, viewer, pilot).await?;
    Ok(seen.into_iter().map(BidDraft).collect())
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl BidDraftsMutation {
    /// Saves what is written of a bid, finished or not, until the deadline. Where a pilot withholds suppliers' names, keep
    /// yours out of texts and files. Colleagues in the supplier read it and go on
    /// from it; nobody else learns that there is one. Needs a member of the supplier.
    async fn bid_draft_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is written.")] input: BidDraftSaveInput,
    ) -> Result<BidDraftSavePayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (input.pilot.of(Sort::Pilot)?, input.supplier.of(Sort::Supplier)?);
        let words = Words {
            answer: input.answer,
            answers: input.answers.into_iter().map(Into::into).collect(),
            declarations: input.declarations,
            attachments: Vec::new(),
        };
        let (replaces, price) = (input.replaces, input.price_pence);
        let saved = drafts::save(app, viewer, pilot, supplier, replaces, price, words).await;
        BidDraftSavePayload::of(ctx, saved.map(BidDraft))
    }

    /// Attaches a file to a draft, until the deadline: PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, CSV or plain text,
    /// of at most 10 MiB; 20 files and 50 MiB a bid. The price belongs in `pricePence` and in no file, where it would be
    /// read before its time. Needs a member of the supplier.
    async fn bid_draft_attach(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, and the draft it belongs to.")] input: BidDraftAttachInput,
    ) -> Result<BidDraftAttachPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (input.pilot.of(Sort::Pilot)?, input.supplier.of(Sort::Supplier)?);
        let file = input.file.of(ctx)?;
        let (version, name) = (input.version, input.name);
        let attached = files::attach(app, viewer, pilot, supplier, version, &name, file.content()).await;
        BidDraftAttachPayload::of(ctx, attached.map(BidDraft))
    }

    /// Takes a file off a draft, until the deadline; a bid that was submitted with it keeps it. Needs a member of the
    /// supplier.
    async fn bid_draft_detach(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot it is for.")] pilot: Id,
        #[graphql(desc = "The supplier whose draft it is.")] supplier: Id,
        #[graphql(desc = "The version of the draft that this is based on.")] version: i32,
        #[graphql(desc = "The file's name.")] name: String,
    ) -> Result<BidDraftDetachPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (pilot.of(Sort::Pilot)?, supplier.of(Sort::Supplier)?);
        let detached = files::detach(app, viewer, pilot, supplier, version, &name).await;
        BidDraftDetachPayload::of(ctx, detached.map(BidDraft))
    }

    /// Submits a draft as the supplier's bid, or in its place, until the deadline. The draft stays, to be worked on.
    /// Needs a member of the supplier.
    async fn bid_draft_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot it is for.")] pilot: Id,
        #[graphql(desc = "The supplier whose draft it is.")] supplier: Id,
        #[graphql(desc = "The version of the draft.")] version: i32,
        #[graphql(
            desc = "The version of the bid that it replaces, taken back or not; absent for the first."
        )]
        replaces: Option<i32>,
    ) -> Result<BidSubmitPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (pilot.of(Sort::Pilot)?, supplier.of(Sort::Supplier)?);
        let draft = Submission::Draft(version);
        let submitted = bids::submit(app, viewer, pilot, supplier, replaces, draft).await;
        BidSubmitPayload::of(ctx, submitted.map(|receipt| BidReceipt::new(app, receipt)))
    }

    /// Throws a draft away, until the deadline; what was submitted stays. Needs a member of the supplier.
    async fn bid_draft_discard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot it is for.")] pilot: Id,
        #[graphql(desc = "The supplier whose draft it is.")] supplier: Id,
        #[graphql(desc = "The version of the draft that this is based on.")] version: i32,
    ) -> Result<BidDraftDiscardPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (pilot.of(Sort::Pilot)?, supplier.of(Sort::Supplier)?);
        let discarded = drafts::discard(app, viewer, pilot, supplier, version).await;
        BidDraftDiscardPayload::of(ctx, discarded.map(|()| true))
    }
}

/// A bid as far as a supplier's people have written it. Nobody else learns that there is one.
#[Object]
impl BidDraft {
    /// Whose it is.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<super::suppliers::Supplier>> {
        super::suppliers::supplier(ctx, self.0.supplier).await
    }
    /// Counts its changes: what saves or submits it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.draft.version
    }
    /// When it was saved.
    async fn saved_at(&self) -> DateTime<Utc> {
        self.0.draft.saved_at
    }
    /// The price in pence, VAT excluded, once there is one.
    async fn price_pence(&self) -> Option<i64> {
        self.0.draft.price_pence
    }
    /// How the supplier would do it, as far as it is written.
    async fn answer(&self) -> &str {
        &self.0.draft.words.answer
    }
    /// Its answers by criterion.
    async fn answers(&self) -> Vec<BidAnswer> {
        answers(&self.0.draft.words)
    }
    /// What is declared so far.
    async fn declarations(&self) -> &[Declaration] {
        &self.0.draft.words.declarations
    }
    /// Its files.
    async fn attachments(&self) -> Vec<BidAttachment> {
        BidAttachment::all(self.0.pilot, &self.0.draft.words.attachments)
    }
    /// What is still to be done before it can be submitted.
    async fn missing(&self) -> Vec<BidDraftMissing> {
        let missing = self.0.missing.iter().map(|refusal| BidDraftMissing {
            code: refusal.code,
            message: refusal.message.clone(),
            path: refusal.path.clone(),
        });
        missing.collect()
    }
}

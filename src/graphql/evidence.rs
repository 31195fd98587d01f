//! What suppliers hold until a day, in the graph.

use super::errors::payload;
use super::ids::{Id, Sort};
use super::suppliers::{Supplier, supplier};
use crate::access::Viewer;
use crate::runtime::App;
use crate::suppliers::evidence::{self, Certificate, Evidence, Kind, SupplierEvidenceErrorCode};
use async_graphql::{Context, InputObject, Object, Result};
use chrono::NaiveDate;

/// Evidence, to add, renew and take back.
#[derive(Debug, Default)]
pub struct EvidenceMutation;

payload! {
    /// What became of adding evidence.
    SupplierEvidenceAddPayload { evidence: SupplierEvidence } SupplierEvidenceAddError(SupplierEvidenceErrorCode)
}
payload! {
    /// What became of changing evidence.
    SupplierEvidenceChangePayload { evidence: SupplierEvidence } SupplierEvidenceChangeError(SupplierEvidenceErrorCode, current_version)
}
payload! {
    /// What became of taking evidence back.
    SupplierEvidenceWithdrawPayload { evidence: SupplierEvidence } SupplierEvidenceWithdrawError(SupplierEvidenceErrorCode, current_version)
}

/// A certificate or insurance.
#[derive(Debug, InputObject)]
pub struct EvidenceInput {
    /// What.
    kind: Kind,
    /// What it is called, at most 200 bytes; needed for `OTHER`.
    name: Option<String>,
    /// Its number, at most 200 bytes.
    reference: Option<String>,
    /// Who gave it, at most 200 bytes.
    issuer: Option<String>,
    /// Of insurance: what one claim is covered for, in pence.
    cover_pence: Option<i64>,
    /// Its first day.
    issued_on: Option<NaiveDate>,
    /// Its last day; not past.
    expires_on: NaiveDate,
    /// Where it can be looked up: an address that begins with `https://`.
    url: Option<String>,
}

impl From<EvidenceInput> for Certificate {
    fn from(input: EvidenceInput) -> Self {
        Self {
            kind: input.kind,
            name: input.name,
            reference: input.reference,
            issuer: input.issuer,
            cover_pence: input.cover_pence,
            issued_on: input.issued_on,
            expires_on: input.expires_on,
            url: input.url,
        }
    }
}

/// A certificate or insurance that a supplier says it holds. Nobody has looked it up: its number and address are there
/// for whoever wants to.
#[derive(Clone, Debug)]
pub struct SupplierEvidence(Evidence);

impl From<Evidence> for SupplierEvidence {
    fn from(evidence: Evidence) -> Self {
        Self(evidence)
    }
}

/// A certificate or insurance that a supplier says it holds. Nobody has looked it up: its number and address are there
/// for whoever wants to.
#[Object]
impl SupplierEvidence {
    /// Opaque identifier.
    async fn id(&self) -> Id {
        Id::new(Sort::Evidence, self.0.id)
    }
    /// Whose it is.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<Supplier>> {
        supplier(ctx, self.0.supplier_id).await
    }
    /// What.
    async fn kind(&self) -> Kind {
        self.0.certificate.kind
    }
    /// What it is called: by its own name, or its kind's.
    async fn title(&self) -> &str {
        self.0.certificate.title()
    }
    /// Its number.
    async fn reference(&self) -> Option<&str> {
        self.0.certificate.reference.as_deref()
    }
    /// Who gave it.
    async fn issuer(&self) -> Option<&str> {
        self.0.certificate.issuer.as_deref()
    }
    /// Of insurance: what one claim is covered for, in pence.
    async fn cover_pence(&self) -> Option<i64> {
        self.0.certificate.cover_pence
    }
    /// Its first day.
    async fn issued_on(&self) -> Option<NaiveDate> {
        self.0.certificate.issued_on
    }
    /// Its last day. The supplier's people are told 60 days before.
    async fn expires_on(&self) -> NaiveDate {
        self.0.certificate.expires_on
    }
    /// Whether it holds today, in London.
    async fn in_force(&self, ctx: &Context<'_>) -> bool {
        self.0.is_in_force(ctx.data_unchecked::<App>().clock.today())
    }
    /// Where it can be looked up.
    async fn url(&self) -> Option<&str> {
        self.0.certificate.url.as_deref()
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[Object]
impl EvidenceMutation {
    /// Adds a certificate or insurance that a supplier holds: entered once, read by whoever reads its profile. Its
    /// people are told 60 days before it lapses. Needs a member of the supplier.
    async fn supplier_evidence_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The supplier.")] supplier: Id,
        #[graphql(desc = "What it holds.")] evidence: EvidenceInput,
    ) -> Result<SupplierEvidenceAddPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let added = evidence::add(app, viewer, supplier.of(Sort::Supplier)?, evidence.into()).await;
        SupplierEvidenceAddPayload::of(ctx, added.map(SupplierEvidence))
    }

    /// Writes evidence anew, as when it was renewed; what is not given is taken out. Needs a member of the supplier.
    async fn supplier_evidence_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The evidence.")] id: Id,
        #[graphql(desc = "The version of it that this is based on.")] version: i32,
        #[graphql(desc = "What it says now.")] evidence: EvidenceInput,
    ) -> Result<SupplierEvidenceChangePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let id = id.of(Sort::Evidence)?;
        let changed = evidence::change(app, viewer, id, version, evidence.into()).await;
        SupplierEvidenceChangePayload::of(ctx, changed.map(SupplierEvidence))
    }

    /// Takes back evidence that a supplier does not hold, or no more; the audit log keeps that it was there. Needs a
    /// member of the supplier.
    async fn supplier_evidence_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The evidence.")] id: Id,
        #[graphql(desc = "The version of it that this is based on.")] version: i32,
    ) -> Result<SupplierEvidenceWithdrawPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let withdrawn = evidence::withdraw(app, viewer, id.of(Sort::Evidence)?, version).await;
        SupplierEvidenceWithdrawPayload::of(ctx, withdrawn.map(SupplierEvidence))
    }
}

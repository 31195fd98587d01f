//! What suppliers hold until a day: certificates and insurance. Entered once, read by whoever reads the profile.
//!
//! Whoever holds one is told in time that it is about to lapse; renewing it is a change of its last day.

mod lapsing;
mod store;

pub use lapsing::bring;

use crate::access::{Action, Permit, Resource, Viewer, authorize, signed_in};
use crate::audit;
use crate::events::{self, About};
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use std::collections::HashMap;
use uuid::Uuid;

/// What one supplier may hold.
const MOST: u64 = 100;

words! {
    /// A certificate or insurance that buyers ask for.
    #[graphql(name = "EvidenceKind")]
    Kind {
        /// Cyber Essentials, checked by the supplier itself (National Cyber Security Centre); a year each.
        CyberEssentials = "cyber_essentials",
        /// Cyber Essentials Plus, checked by an assessor; a year each.
        CyberEssentialsPlus = "cyber_essentials_plus",
        /// ISO/IEC 27001, information security; three years each.
        Iso27001 = "iso_27001",
        /// ISO 9001, quality; three years each.
        Iso9001 = "iso_9001",
        /// ISO 14001, environment; three years each.
        Iso14001 = "iso_14001",
        /// The NHS's Data Security and Protection Toolkit; a year each.
        DataProtectionToolkit = "data_protection_toolkit",
        /// Insurance against harm to the public.
        PublicLiability = "public_liability",
        /// Insurance against harm to staff (Employers' Liability (Compulsory Insurance) Act 1969).
        EmployersLiability = "employers_liability",
        /// Insurance against bad advice or work.
        ProfessionalIndemnity = "professional_indemnity",
        /// Something else; its name says what.
        Other = "other",
    }
}

impl Kind {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::CyberEssentials => "Cyber Essentials",
            Self::CyberEssentialsPlus => "Cyber Essentials Plus",
            Self::Iso27001 => "ISO/IEC 27001",
            Self::Iso9001 => "ISO 9001",
            Self::Iso14001 => "ISO 14001",
            Self::DataProtectionToolkit => "Data Security and Protection Toolkit",
            Self::PublicLiability => "Public liability insurance",
            Self::EmployersLiability => "Employers\u{2019} liability insurance",
            Self::ProfessionalIndemnity => "Professional indemnity insurance",
            Self::Other => "Other evidence",
        }
    }

    fn is_insurance(self) -> bool {
        matches!(
            self,
            Self::PublicLiability | Self::EmployersLiability | Self::ProfessionalIndemnity
        )
    }
}

words! {
    /// Whether evidence counts.
    #[graphql(name = "EvidenceState")]
    State {
        /// The supplier holds it, or held it until its last day.
        Held = "held",
        /// The supplier took it back: it was a mistake, or is held no more.
        Withdrawn = "withdrawn",
    }
}

/// What a supplier says of something it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What.
    pub kind: Kind,
    /// What it is called; needed where the kind does not say.
    pub name: Option<String>,
    /// Its number.
    pub reference: Option<String>,
    /// Who gave it.
    pub issuer: Option<String>,
    /// Of insurance: what one claim is covered for, in pence.
    pub cover_pence: Option<i64>,
    /// Its first day.
    pub issued_on: Option<NaiveDate>,
    /// Its last day.
    pub expires_on: NaiveDate,
    /// Where it can be looked up: an address that begins with `https://`.
    pub url: Option<String>,
}

impl Certificate {
    /// What it is called: by its own name, or its kind's.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(self.kind.name())
    }
}

/// Something that a supplier holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub supplier_id: Uuid,
    /// What it says.
    pub certificate: Certificate,
    /// Whether it counts.
    pub state: State,
    /// Counts its changes.
    pub version: i32,
}

impl Evidence {
    /// Whether it holds on a day.
    pub fn is_in_force(&self, on: NaiveDate) -> bool {
        let said = &self.certificate;
        let begun = said.issued_on.is_none_or(|issued| issued <= on);
        self.state == State::Held && begun && on <= said.expires_on
    }
}

/// Why evidence was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SupplierEvidenceErrorCode {
    /// A text is blank or over 200 bytes, or a name is missing where the kind does not say it.
    BadText,
    /// Its last day is past, before its first, or over 20 years away.
    BadDates,
    /// The cover is not more than nothing, or it is no insurance.
    BadCover,
    /// The address does not begin with `https://`, or is over 500 bytes.
    BadUrl,
    /// There are 100 already.
    TooMany,
    /// It was taken back.
    Withdrawn,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Adds what a supplier holds.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn add(
    app: &App,
    viewer: &Viewer,
    supplier: Uuid,
    certificate: Certificate,
) -> Result<Evidence, Stop<SupplierEvidenceErrorCode>> {
    let permit = authorize(viewer, Action::EditSupplier, Resource::Supplier(supplier))?;
    check(&certificate, app.clock.today()).stop()?;
    let evidence = Evidence {
        id: app.new_id(),
        supplier_id: supplier,
        certificate,
        state: State::Held,
        version: 1,
    };
    let txn = app.db.begin().await?;
    if super::read::held(&txn, supplier).await?.is_none() {
        return Err(Error::NotFound.into());
    }
    if store::count(&txn, supplier).await? >= MOST {
        let message = format!("there are {MOST} already: take back what is held no more");
        return Err(Stop::refuse(SupplierEvidenceErrorCode::TooMany, "", message));
    }
    store::insert(&txn, &permit, &evidence, app.clock.now()).await?;
    Ok(done(app, txn, &permit, evidence).await?)
}

/// Writes anew what a supplier says of something it holds, as when it is renewed.
///
/// # Errors
/// When it has another version or was taken back, every reason it makes no sense; or the viewer may not.
pub async fn change(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    certificate: Certificate,
) -> Result<Evidence, Stop<SupplierEvidenceErrorCode>> {
    let (txn, permit, mut evidence) = for_change(app, viewer, id, version).await?;
    check(&certificate, app.clock.today()).stop()?;
    let moved = evidence.certificate.expires_on != certificate.expires_on;
    evidence.certificate = certificate;
    evidence.version += 1;
    store::update(&txn, &permit, &evidence, moved, app.clock.now()).await?;
    if moved {
        events::void_about(&txn, About::Evidence(id), "its last day moved").await?;
    }
    Ok(done(app, txn, &permit, evidence).await?)
}

/// Takes back what a supplier does not hold, or no more. It stays on the record.
///
/// # Errors
/// When it has another version or was taken back before; or the viewer may not.
pub async fn withdraw(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<Evidence, Stop<SupplierEvidenceErrorCode>> {
    let (txn, permit, mut evidence) = for_change(app, viewer, id, version).await?;
    evidence.state = State::Withdrawn;
    evidence.version += 1;
    store::update(&txn, &permit, &evidence, false, app.clock.now()).await?;
    events::void_about(&txn, About::Evidence(id), "it was taken back").await?;
    Ok(done(app, txn, &permit, evidence).await?)
}

/// Evidence that is held, of this version, with leave to change it; its row held until the transaction ends.
async fn for_change(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<(DatabaseTransaction, Permit, Evidence), Stop<SupplierEvidenceErrorCode>> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let evidence = store::locked(&txn, id).await?.ok_or(Error::NotFound)?;
    let supplier = Resource::Supplier(evidence.supplier_id);
    let permit = authorize(viewer, Action::EditSupplier, supplier)?;
    based_on(version, evidence.version, SupplierEvidenceErrorCode::Conflict)?;
    if evidence.state == State::Withdrawn {
        let message = "it was taken back: add it anew";
        return Err(Stop::refuse(SupplierEvidenceErrorCode::Withdrawn, "", message));
    }
    Ok((txn, permit, evidence))
}

async fn done(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    evidence: Evidence,
) -> Result<Evidence, Error> {
    let said = &evidence.certificate;
    let detail = serde_json::json!({
        "evidence": said.kind.as_str(), "expires on": said.expires_on, "state": evidence.state.as_str(),
        "supplier": evidence.supplier_id,
    });
    audit::record(app, &txn, permit, "evidence", evidence.id, &detail).await?;
    txn.commit().await?;
    Ok(evidence)
}

/// What these suppliers hold and held, by supplier and what expires first, without what was taken back.
///
/// # Errors
/// When the database fails.
pub async fn of(app: &App, suppliers: &[Uuid]) -> Result<HashMap<Uuid, Vec<Evidence>>, Error> {
    let mut found: HashMap<Uuid, Vec<Evidence>> = HashMap::new();
    for evidence in store::of(app.db.read(), suppliers).await? {
        found.entry(evidence.supplier_id).or_default().push(evidence);
    }
    Ok(found)
}

/// What a supplier holds that is in force on a day, as a transaction sees it.
///
/// # Errors
/// When the database fails.
pub async fn in_force(
    db: &impl ConnectionTrait,
    supplier: Uuid,
    on: NaiveDate,
) -> Result<Vec<Evidence>, Error> {
    let mut held = store::of(db, &[supplier]).await?;
    held.retain(|evidence| evidence.is_in_force(on));
    Ok(held)
}

/// Evidence by id, without what was taken back.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(app: &App, ids: &[Uuid]) -> Result<HashMap<Uuid, Evidence>, Error> {
    let found = store::by_ids(app.db.read(), ids).await?;
    Ok(found
        .into_iter()
        .map(|evidence| (evidence.id, evidence))
        .collect())
}

/// Every reason why a certificate makes no sense on a day.
fn check(said: &Certificate, today: NaiveDate) -> Wrong<SupplierEvidenceErrorCode> {
    use SupplierEvidenceErrorCode::{BadCover, BadDates, BadText, BadUrl};
    let mut wrong = Wrong::default();
    for (path, text) in [
        ("name", &said.name),
        ("reference", &said.reference),
        ("issuer", &said.issuer),
    ] {
        let bad = text
            .as_ref()
            .is_some_and(|text| text.trim().is_empty() || text.len() > 200);
        wrong.when(
            bad,
            BadText,
            path,
            format!("give {path} in at most 200 bytes, or leave it out"),
        );
    }
    let unnamed = said.kind == Kind::Other && said.name.is_none();
    wrong.when(unnamed, BadText, "name", "say what it is: the kind does not");
    let expires = said.expires_on;
    wrong.when(
        expires < today,
        BadDates,
        "expiresOn",
        format!("{expires} is past: give the day until which it holds"),
    );
    let far = (expires - today).num_days() > 20 * 366;
    wrong.when(
        far,
        BadDates,
        "expiresOn",
        format!("{expires} is over 20 years away"),
    );
    let crossed =
        (said.issued_on).is_some_and(|issued| issued > expires || (today - issued).num_days() > 100 * 366);
    wrong.when(
        crossed,
        BadDates,
        "issuedOn",
        format!("it is after {expires}, its last day, or over 100 years ago"),
    );
    let cover = said.cover_pence;
    let message = "give more than nothing, and only of insurance";
    let bad = cover.is_some_and(|pence| pence <= 0 || !said.kind.is_insurance());
    wrong.when(bad, BadCover, "coverPence", message);
    let url = said.url.as_deref().unwrap_or("https://");
    let bad = !url.starts_with("https://") || url.len() > 500;
    wrong.when(
        bad,
        BadUrl,
        "url",
        "give an address of at most 500 bytes that begins with https://",
    );
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> Certificate {
        Certificate {
            kind: Kind::PublicLiability,
            name: None,
            reference: Some("PL 1".into()),
            issuer: None,
            cover_pence: Some(500_000_000),
            issued_on: Some("2026-01-01".parse().unwrap()),
            expires_on: "2026-12-31".parse().unwrap(),
            url: Some("https://insurer.example/pl".into()),
        }
    }

    fn wrong(change: impl FnOnce(&mut Certificate)) -> Vec<(SupplierEvidenceErrorCode, String)> {
        let mut said = certificate();
        change(&mut said);
        match check(&said, "2026-12-31".parse().unwrap()).stop() {
            Err(Stop::Refused(all)) => all.into_iter().map(|one| (one.code, one.path)).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn each_field_that_makes_no_sense_is_named() {
        use SupplierEvidenceErrorCode::*;
        let day = |text: &str| text.parse().unwrap();
        let only = |code, path: &str| vec![(code, path.to_owned())];
        assert_eq!(wrong(|_| ()), [], "its last day is not past");
        assert_eq!(
            wrong(|c| c.expires_on = day("2026-12-30")),
            only(BadDates, "expiresOn")
        );
        assert_eq!(
            wrong(|c| c.expires_on = day("2099-01-01")),
            only(BadDates, "expiresOn")
        );
        assert_eq!(
            wrong(|c| c.issued_on = Some(day("2027-01-01"))),
            only(BadDates, "issuedOn")
        );
        assert_eq!(wrong(|c| c.cover_pence = Some(0)), only(BadCover, "coverPence"));
        assert_eq!(wrong(|c| c.kind = Kind::Iso9001), only(BadCover, "coverPence"));
        assert_eq!(
            wrong(|c| c.url = Some("javascript:x".into())),
            only(BadUrl, "url")
        );
        assert_eq!(wrong(|c| c.issuer = Some(" ".into())), only(BadText, "issuer"));
        let other = |c: &mut Certificate| (c.kind, c.cover_pence) = (Kind::Other, None);
        assert_eq!(wrong(other), only(BadText, "name"));
    }
}

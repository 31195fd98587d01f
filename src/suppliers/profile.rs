//! What a supplier says of itself. Its name and numbers are not its own to change here: registers name it by them.
//!
//! Its size counts from the day it was last stated or confirmed: writing the profile with other figures states it,
//! [`confirm_size`] confirms it, and whatever else is written leaves that day as it is.

use super::places::{self, UNITED_KINGDOM, postcode};
use super::sectors::{self, Division, division};
use super::{Address, Areas, Figures, Size, Supplier, by_ids_in, read};
use crate::access::{Action, Permit, Resource, Viewer, authorize, may};
use crate::audit;
use crate::councils::directory;
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::NaiveDate;
use entity::supplier::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

/// What a supplier says of itself. What is not given is taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its size by staff.
    pub size: Option<Size>,
    /// What the size rests on.
    pub figures: Figures,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: bool,
    /// The town it is in.
    pub town: Option<String>,
    /// Its address.
    pub address: Option<Address>,
    /// Where it works.
    pub areas: Areas,
    /// What trades it is in, by division of the Common Procurement Vocabulary.
    pub sectors: Vec<String>,
    /// Its website: an address that begins with `https://` or `http://`.
    pub website: Option<String>,
    /// What it does.
    pub summary: Option<String>,
}

/// Why a profile was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SupplierProfileErrorCode {
    /// A text is over 2,000 bytes.
    BadText,
    /// The website's address does not begin with `https://` or `http://`, or is over 200 bytes.
    BadWebsite,
    /// A figure is less than nothing, or more staff than there are people at work in the country.
    BadFigure,
    /// The size is not that of a supplier with so many staff.
    SizeDisagrees,
    /// There is no size to confirm.
    NoSize,
    /// The address has no lines or over four, a line is blank or over 100 bytes, or the country is not two letters.
    BadAddress,
    /// This cannot be a postcode.
    BadPostcode,
    /// There is no such council, or over 100 are named.
    BadArea,
    /// This is not the number of a division of the Common Procurement Vocabulary.
    UnknownSector,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Writes a supplier's profile.
///
/// # Errors
/// When it has another version, every reason it makes no sense; or the viewer may not.
pub async fn edit(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    profile: Profile,
) -> Result<Supplier, Stop<SupplierProfileErrorCode>> {
    let permit = authorize(viewer, Action::EditSupplier, Resource::Supplier(id))?;
    let txn = app.db.begin().await?;
    let found = held(&txn, id, version).await?;
    let (profile, sectors) = check(profile)?;
    let same = (profile.size, profile.figures) == (found.size, found.figures());
    let stated = if same {
        found.size_confirmed_on
    } else {
        Some(app.clock.today())
    };
    let confirmed_on = stated.filter(|_| profile.size.is_some());
    let detail = serde_json::json!({ "size": profile.size.map(Size::as_str), "staff": profile.figures.staff,
        "vcse": profile.vcse, "size confirmed": confirmed_on });
    places::put(&txn, &permit, id, &profile.areas).await?;
    sectors::put(&txn, &permit, id, &sectors).await?;
    write(app, &txn, &permit, id, profile, confirmed_on).await?;
    done(app, txn, &permit, id, detail).await
}

/// Confirms that a supplier is still of the size that it states.
///
/// # Errors
/// When it has another version or states no size; or the viewer may not.
pub async fn confirm_size(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<Supplier, Stop<SupplierProfileErrorCode>> {
    let permit = authorize(viewer, Action::EditSupplier, Resource::Supplier(id))?;
    let txn = app.db.begin().await?;
    let found = held(&txn, id, version).await?;
    let Some(size) = found.size else {
        let message = "this supplier states no size: state it in its profile";
        return Err(Stop::refuse(
            SupplierProfileErrorCode::NoSize,
            "supplier",
            message,
        ));
    };
    let today = app.clock.today();
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::SizeConfirmedOn, Expr::value(today))
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(Column::Version, Expr::cust("version + 1"))
        .exec(&txn)
        .await?;
    let detail = serde_json::json!({ "size": size.as_str(), "size confirmed": today });
    done(app, txn, &permit, id, detail).await
}

/// Whether somebody reads a supplier's figures of money: its own people do.
pub fn sees_figures(viewer: &Viewer, supplier: Uuid) -> bool {
    may(viewer, Action::SeeDrafts, Resource::Supplier(supplier))
}

async fn held(
    txn: &DatabaseTransaction,
    id: Uuid,
    version: i32,
) -> Result<Supplier, Stop<SupplierProfileErrorCode>> {
    let found = read::held(txn, id).await?.ok_or(Error::NotFound)?;
    based_on(version, found.version, SupplierProfileErrorCode::Conflict)?;
    Ok(found)
}

async fn done(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    id: Uuid,
    detail: serde_json::Value,
) -> Result<Supplier, Stop<SupplierProfileErrorCode>> {
    let supplier = by_ids_in(&txn, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
    audit::record(app, &txn, permit, "supplier", id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(supplier)
}

/// A profile as it is kept and its sectors, if all is well.
fn check(mut profile: Profile) -> Result<(Profile, Vec<Division>), Stop<SupplierProfileErrorCode>> {
    let mut wrong = Wrong::default();
    for (path, text) in [("town", &profile.town), ("summary", &profile.summary)] {
        let long = text.as_ref().is_some_and(|text| text.len() > 2_000);
        let message = format!("give {path} in at most 2,000 bytes");
        wrong.when(long, SupplierProfileErrorCode::BadText, path, message);
    }
    let website = profile.website.as_deref().unwrap_or("https://");
    wrong.when(
        website.len() > 200 || !(website.starts_with("https://") || website.starts_with("http://")),
        SupplierProfileErrorCode::BadWebsite,
        "website",
        "give an address of at most 200 bytes that begins with https:// or http://",
    );
    check_size(&profile, &mut wrong);
    if let Some(address) = &mut profile.address {
        check_address(address, &mut wrong);
    }
    check_areas(&profile.areas, &mut wrong);
    let mut sectors = Vec::new();
    for (index, number) in profile.sectors.iter().enumerate().take(200) {
        let found = division(number);
        sectors.extend(found.filter(|found| !sectors.contains(found)));
        let shown: String = number.chars().take(20).collect();
        let message = format!("{shown:?} is not the two digits of a division, such as 72");
        let path = format!("sectors.{index}");
        wrong.when(
            found.is_none(),
            SupplierProfileErrorCode::UnknownSector,
            &path,
            message,
        );
    }
    wrong.stop()?;
    Ok((profile, sectors))
}

fn check_size(profile: &Profile, wrong: &mut Wrong<SupplierProfileErrorCode>) {
    let Figures {
        staff,
        turnover_pence,
        balance_sheet_pence,
    } = profile.figures;
    let heads = staff.is_none_or(|staff| (0..=40_000_000).contains(&staff));
    let not_negative = |pence: Option<i64>| pence.is_none_or(|pence| pence >= 0);
    for (path, fine) in [
        ("staff", heads),
        ("turnoverPence", not_negative(turnover_pence)),
        ("balanceSheetPence", not_negative(balance_sheet_pence)),
    ] {
        let message = "this is less or more than it can be";
        wrong.when(!fine, SupplierProfileErrorCode::BadFigure, path, message);
    }
    if let Some(staff) = staff.filter(|_| heads) {
        let (by_staff, stated) = (Size::of_staff(staff), profile.size);
        let stated = stated.map_or("no size", Size::as_str);
        let message = format!(
            "{staff} staff make a supplier {}, and it says {stated}",
            by_staff.as_str()
        );
        let disagrees = profile.size != Some(by_staff);
        wrong.when(
            disagrees,
            SupplierProfileErrorCode::SizeDisagrees,
            "size",
            message,
        );
    }
}

fn check_address(address: &mut Address, wrong: &mut Wrong<SupplierProfileErrorCode>) {
    let lines = &address.lines;
    let good =
        |line: &String| !line.trim().is_empty() && line.len() <= 100 && !line.contains(char::is_control);
    wrong.when(
        !(1..=4).contains(&lines.len()) || !lines.iter().all(good),
        SupplierProfileErrorCode::BadAddress,
        "address.lines",
        "give one to four lines of at most 100 bytes each",
    );
    let letters = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    wrong.when(
        !letters(&address.country),
        SupplierProfileErrorCode::BadAddress,
        "address.country",
        "give two capital letters, such as GB",
    );
    let given = address.postcode.as_deref().unwrap_or_default();
    let usual = match &*address.country {
        UNITED_KINGDOM => postcode(given),
        _ => Some(given.trim().to_owned()).filter(|text| text.len() <= 20),
    };
    let message = "this cannot be a postcode; one of the United Kingdom is like NR1 2DH";
    wrong.when(
        usual.is_none(),
        SupplierProfileErrorCode::BadPostcode,
        "address.postcode",
        message,
    );
    address.postcode = usual.filter(|text| !text.is_empty());
}

fn check_areas(areas: &Areas, wrong: &mut Wrong<SupplierProfileErrorCode>) {
    let many = areas.councils.len() > places::MOST_COUNCILS;
    let message = "name at most 100 councils; or serve their regions";
    wrong.when(
        many,
        SupplierProfileErrorCode::BadArea,
        "areasServed.councils",
        message,
    );
    for (index, id) in areas.councils.iter().enumerate().take(places::MOST_COUNCILS) {
        let path = format!("areasServed.councils.{index}");
        let unknown = directory().by_id(*id).is_none();
        wrong.when(
            unknown,
            SupplierProfileErrorCode::BadArea,
            &path,
            "there is no such council",
        );
    }
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    _permit: &Permit,
    id: Uuid,
    profile: Profile,
    confirmed_on: Option<NaiveDate>,
) -> Result<(), Error> {
    let address = profile.address.as_ref();
    let region = address.and_then(|address| address.region);
    let Figures {
        staff,
        turnover_pence,
        balance_sheet_pence,
    } = profile.figures;
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::Size, Expr::value(profile.size.map(Size::as_str)))
        .col_expr(Column::Staff, Expr::value(staff))
        .col_expr(Column::TurnoverPence, Expr::value(turnover_pence))
        .col_expr(Column::BalanceSheetPence, Expr::value(balance_sheet_pence))
        .col_expr(Column::SizeConfirmedOn, Expr::value(confirmed_on))
        .col_expr(Column::Vcse, Expr::value(profile.vcse))
        .col_expr(
            Column::Address,
            Expr::value(address.map(|one| one.lines.join("\n"))),
        )
        .col_expr(
            Column::Postcode,
            Expr::value(address.and_then(|one| one.postcode.clone())),
        )
        .col_expr(
            Column::Country,
            Expr::value(address.map(|one| one.country.clone())),
        )
        .col_expr(Column::Region, Expr::value(region.map(|region| region.as_str())))
        .col_expr(Column::Town, Expr::value(profile.town))
        .col_expr(Column::Website, Expr::value(profile.website))
        .col_expr(Column::Summary, Expr::value(profile.summary))
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(Column::Version, Expr::cust("version + 1"))
        .exec(txn)
        .await?;
    Ok(())
}

//! A supplier: what it says of itself, and what it holds until when.

use super::{Told, fact, in_graphiql, lines};
use crate::graphql::ids::{Id, Sort};
use crate::runtime::letter::day;
use crate::runtime::{App, Error};
use crate::suppliers::evidence::{self, Evidence};
use crate::suppliers::{self, Size};
use minijinja::{Value, context};
use uuid::Uuid;

pub(super) async fn page(app: App, id: Uuid) -> Result<Told, Error> {
    let mut found = suppliers::by_ids(&app, &[id]).await?;
    let Some(supplier) = found.remove(&id) else {
        return Ok(None);
    };
    let today = app.clock.today();
    let mut held = evidence::of(&app, &[id]).await?;
    let evidence = held.remove(&id).into_iter().flatten();
    let line = |held: Evidence| {
        let in_force = held.is_in_force(today);
        let said = held.certificate;
        context! { title => said.title(), reference => said.reference, issuer => said.issuer,
        expires => day(said.expires_on), lapsed => said.expires_on < today, in_force }
    };
    let evidence: Vec<Value> = evidence.map(line).collect();
    let vcse = supplier.vcse.filter(|vcse| *vcse);
    let facts = lines([
        fact(
            "Size",
            supplier.size.map(size).map(str::to_owned),
            Some("as it says"),
        ),
        fact(
            "Kind",
            vcse.map(|_| "Voluntary, community or social enterprise".to_owned()),
            Some("as it says"),
        ),
        fact("Companies House number", supplier.companies_house.clone(), None),
        fact("Charity number", supplier.charity.clone(), None),
        fact("Where", supplier.town.clone(), None),
        fact("Website", supplier.website.clone(), None),
    ]);
    let api = format!(
        "query Supplier {{\n  supplier(id: \"{}\") {{\n    name\n    size\n    town\n    summary\n    evidence {{ title \
         reference expiresOn inForce }}\n    products {{ name summary }}\n  }}\n}}\n",
        Id::new(Sort::Supplier, id)
    );
    let summary = supplier.summary.iter();
    let wants = context! {
        title => &supplier.name,
        facts,
        texts => summary.map(|text| context! { heading => "What it does", text }).collect::<Vec<_>>(),
        evidence,
        api => in_graphiql(&api),
    };
    Ok(Some(("supplier.html", wants)))
}

fn size(size: Size) -> &'static str {
    match size {
        Size::Micro => "Micro: fewer than 10 staff",
        Size::Small => "Small: fewer than 50 staff",
        Size::Medium => "Medium: fewer than 250 staff",
        Size::Large => "Large: 250 staff or more",
    }
}

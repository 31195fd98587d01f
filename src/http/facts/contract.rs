//! A contract: who, what and how much; its dates, each with where it comes from; its windows on one scale.

use super::{Told, fact, in_graphiql, lines};
use crate::access::Viewer;
use crate::alerts::words;
use crate::contracts::outlook::{self, Outlook};
use crate::contracts::term::Status;
use crate::contracts::windows::{Window, WindowKind};
use crate::contracts::{self, Contract};
use crate::councils::directory;
use crate::graphql::ids::{Id, Sort};
use crate::runtime::letter::day;
use crate::runtime::{App, Error};
use crate::suppliers;
use chrono::NaiveDate;
use minijinja::{Value, context};
use uuid::Uuid;

const STATED: &str = "the council states it";

pub(super) async fn page(app: App, id: Uuid) -> Result<Told, Error> {
    let Some(contract) = contracts::one(&app, &Viewer::Anonymous, id).await? else {
        return Ok(None);
    };
    let Some(outlook) = outlook::outlook(&app, &[id]).await?.remove(&id) else {
        return Ok(None);
    };
    let mut suppliers = suppliers::of_contracts(&app, &[id]).await?;
    let suppliers: Vec<String> = suppliers
        .remove(&id)
        .into_iter()
        .flatten()
        .map(|supplier| supplier.name)
        .collect();
    let mut buyers = contracts::buyers_of(&app, &[id]).await?;
    let buyers: Vec<&str> = buyers
        .remove(&id)
        .into_iter()
        .flatten()
        .filter_map(|id| Some(directory().by_id(id)?.facts.name))
        .collect();
    let today = app.clock.today();
    let facts = facts(&contract, &suppliers, &buyers);
    let wants = context! {
        title => &contract.title,
        council => directory().by_id(contract.council_id).map(|council| council.facts.name),
        status => status(outlook.term.status(today)),
        description => &contract.description,
        facts,
        dates => dates(&contract, &outlook),
        options => outlook.options(),
        too_late => outlook.too_late(today),
        windows => windows(&outlook, today),
        today => day(today),
        end_unknown => outlook.windows.end_unknown,
        api => in_graphiql(&query(id)),
    };
    Ok(Some(("contract.html", wants)))
}

fn facts(contract: &Contract, suppliers: &[String], buyers: &[&str]) -> Vec<Value> {
    let value = contract.value_pence.map(|pence| {
        let estimated = if contract.value_estimated == Some(true) {
            ", an estimate"
        } else {
            ""
        };
        let value = words::value(pence, contract.value_basis.as_deref());
        format!("{value}, without VAT{estimated}")
    });
    let service = contract.lgsl.and_then(|code| directory().service(code));
    let label = if suppliers.len() > 1 {
        "Suppliers"
    } else {
        "Supplier"
    };
    let word = |word: &Option<String>| word.as_ref().map(|word| word.replace('_', " "));
    lines([
        fact("Reference", contract.reference.clone(), None),
        fact(label, Some(suppliers.join("; ")), None),
        fact("Value", value, None),
        fact("Department", contract.department.clone(), None),
        fact("Also buying", Some(buyers.join("; ")), None),
        fact("Service", service.map(|service| service.name.to_owned()), None),
        fact("Category", contract.category.clone(), None),
        fact("CPV code", contract.cpv.clone(), None),
        fact("Product", contract.product_name.clone(), None),
        fact("Delivery", word(&contract.delivery_model), None),
        fact("Hosting", word(&contract.hosting), None),
        fact("Type", contract.contract_type.clone(), None),
        fact("Procured by", contract.process_type.clone(), None),
    ])
}

fn dates(contract: &Contract, outlook: &Outlook) -> Vec<Value> {
    let stated = |label: &str, date: Option<NaiveDate>| fact(label, date.map(day), Some(STATED));
    let notice = match (contract.notice_months, contract.notice_days) {
        (Some(months), _) => Some(words::count(i64::from(months), "month", "months")),
        (None, Some(days)) => Some(words::count(i64::from(days), "day", "days")),
        (None, None) => None,
    };
    let renews = contract
        .auto_renews_months
        .map(|months| format!("for {}", words::count(i64::from(months), "month", "months")));
    let maximum = contract
        .maximum_ends_on
        .filter(|end| Some(*end) != contract.current_ends_on);
    lines([
        stated("Start", contract.starts_on),
        stated("Initial end", contract.initial_ends_on),
        fact(
            "Current end",
            contract.current_ends_on.map(day),
            Some(outlook.end()),
        ),
        fact(
            "Last possible end",
            maximum.map(day),
            Some("the current end with every extension that can still be taken"),
        ),
        stated("Review", contract.review_on),
        fact("Notice", notice, Some(STATED)),
        fact("Renews itself", renews, Some(STATED)),
        stated("Terminated", contract.terminated_on),
        stated("Replaced from", contract.replaced_on),
    ])
}

/// The windows by the day they open, each as a bar on one scale of 1,000.
fn windows(outlook: &Outlook, today: NaiveDate) -> Vec<Value> {
    let mut list: Vec<&Window> = outlook.windows.iter().collect();
    list.sort_by_key(|window| (window.opens_on, window.kind as u8));
    let first = list.iter().map(|window| window.opens_on).min().unwrap_or(today);
    let last = list.iter().filter_map(|window| window.closes_on).max();
    let (first, last) = (first.min(today), last.unwrap_or(today).max(today));
    let whole = (last - first).num_days().max(1);
    let at = |date: NaiveDate| (date - first).num_days().clamp(0, whole) * 1000 / whole;
    let window = |window: &&Window| {
        let (from, to) = (at(window.opens_on), at(window.closes_on.unwrap_or(last)));
        let (open, past) = (
            window.is_open_on(today),
            window.closes_on.is_some_and(|closes| closes < today),
        );
        context! {
            name => words::window(window.kind),
            opens => day(window.opens_on),
            closes => window.closes_on.map(day),
            state => match window.kind {
                _ if open => "open",
                _ if past => "closed",
                WindowKind::HoldingOver => "if nothing replaces it",
                _ => "to come",
            },
            open,
            origin => outlook.origin(window),
            bar => context! { from, width => (to - from).max(6), today => at(today) },
        }
    };
    list.iter().map(window).collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::NotStarted => "Not started",
        Status::InInitialTerm => "Running, in its initial term",
        Status::InExtension => "Running, extended",
        Status::EndedAndReplaced => "Ended, and replaced by another",
        Status::EndedAndNotReplaced => "Past its end, and nothing is recorded that replaces it",
        Status::EndUnknown => "Its end is not known",
        Status::Cancelled => "Cancelled",
        Status::Terminated => "Terminated",
    }
}

fn query(id: Uuid) -> String {
    format!(
        "query Contract {{\n  contract(id: \"{}\") {{\n    title\n    reference\n    valuePence\n    currentEndsOn\n    \
         council {{ name }}\n    suppliers {{ name }}\n    extensionOptions {{ ordinal months until noticeBy state }}\n    \
         windows {{ kind opensOn closesOn isOpen }}\n  }}\n}}\n",
        Id::new(Sort::Contract, id)
    )
}

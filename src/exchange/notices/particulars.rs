//! What an entry says apart from its dates: title, kinds, value. Pure. Next: `terms.rs`.

use super::drafts::{Part, Remarks};
use super::parties::bare;
use super::release::{Classification, Value};
use crate::contracts::Particulars;
use crate::exchange::register::Why;
use crate::exchange::register::values::{self, LONGEST, LONGEST_DESCRIPTION};

pub(super) fn of(part: Part<'_>, remarks: &mut Remarks) -> Particulars {
    let tender = part.said.tender.as_ref();
    let (value_pence, value_estimated) = value(part, remarks);
    let method = tender.and_then(|tender| {
        tender
            .procurement_method_details
            .as_ref()
            .or(tender.procurement_method.as_ref())
    });
    let is_framework =
        tender.and_then(|tender| tender.techniques.as_ref()?.has_framework_agreement) == Some(true);
    let id = |id: &Option<String>| id.clone();
    let reference = tender.and_then(|tender| id(&tender.id));
    let reference = reference.or_else(|| part.contract.and_then(|contract| id(&contract.id)));
    let reference = reference.or_else(|| part.award.and_then(|award| id(&award.id)));
    let title = title(part, remarks);
    Particulars {
        ocid: part.said.ocid.clone(),
        reference: reference.map(|text| remarks.bounded("tender/id", &text, LONGEST)),
        title: remarks.bounded("tender/title", &title, LONGEST),
        description: remarks.bounded("tender/description", &description(part), LONGEST_DESCRIPTION),
        cpv: cpv(part, remarks),
        contract_type: is_framework.then(|| "Framework agreement".to_owned()),
        process_type: method.map(|text| remarks.bounded("tender/procurementMethodDetails", text, LONGEST)),
        value_pence,
        value_basis: value_pence.map(|_| "whole_term".to_owned()),
        value_estimated,
        ..Particulars::default()
    }
}

/// The contract's or the award's own title, else the tender's with the lot's, where it is of one of several.
fn title(part: Part<'_>, remarks: &mut Remarks) -> String {
    let own = part.contract.and_then(|contract| contract.title.clone());
    let own = own.or_else(|| part.award.and_then(|award| award.title.clone()));
    let tender = part.said.tender.as_ref();
    let of_tender = tender.and_then(|tender| tender.title.clone());
    let several = tender.is_some_and(|tender| tender.lots.len() > 1);
    let mut lots = part.lots().filter(|_| several);
    let lot = lots
        .next()
        .filter(|_| lots.next().is_none())
        .and_then(|lot| lot.title.clone());
    let composed = match (of_tender, lot) {
        (Some(title), Some(lot)) if title != lot => Some(format!("{title}: {lot}")),
        (title, lot) => title.or(lot),
    };
    if let Some(title) = own.or(composed) {
        if values::garbled(&title) {
            remarks.add("tender/title", &title, Why::TextGarbled);
        }
        return title;
    }
    let prose = description(part);
    if !prose.is_empty() {
        remarks.add("tender/title", "", Why::TitleFromDescription);
        return prose.chars().take(200).collect();
    }
    remarks.add("tender/title", "", Why::TitleMissing);
    part.said.ocid.clone().unwrap_or_default()
}

/// What is bought, and the award's remarks on it: Contracts Finder keeps what differs from the tender there.
fn description(part: Part<'_>) -> String {
    let of_contract = part.contract.and_then(|contract| contract.description.as_ref());
    let of_tender = part
        .said
        .tender
        .as_ref()
        .and_then(|tender| tender.description.as_ref());
    let of_award = part.award.and_then(|award| award.description.as_ref());
    let bought = of_contract.or(of_tender);
    let also = of_award.filter(|text| bought.is_none_or(|bought| !bought.contains(text.as_str())));
    let said: Vec<&str> = bought.into_iter().chain(also).map(String::as_str).collect();
    said.join("\n\n")
}

/// The CPV code of what was awarded, else of what was tendered.
fn cpv(part: Part<'_>, remarks: &mut Remarks) -> Option<String> {
    let items = part.contract.map_or(&[][..], |contract| &contract.items).iter();
    let items = items.chain(part.award.map_or(&[][..], |award| &award.items));
    let tender = part.said.tender.as_ref();
    let of_tender = tender.and_then(|tender| tender.classification.as_ref());
    let tendered = tender.map_or(&[][..], |tender| &tender.items).iter();
    let all = items
        .filter_map(|item| item.classification.as_ref())
        .chain(of_tender);
    let mut all = all.chain(tendered.filter_map(|item| item.classification.as_ref()));
    let is_cpv = |code: &&Classification| {
        code.scheme
            .as_deref()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("CPV"))
    };
    let code = all.find(is_cpv)?.id.as_deref()?;
    let (cpv, why) = values::cpv_code(bare(code));
    if let Some(why) = why {
        remarks.add("tender/classification/id", code, why);
    }
    cpv
}

/// The value in pence, and whether it is an estimate: the contract's, the award's, or what the tender was expected to cost
/// where nothing else comes of it.
fn value(part: Part<'_>, remarks: &mut Remarks) -> (Option<i64>, Option<bool>) {
    let is_said = |value: &&Value| value.amount.is_some();
    let of_contract = part
        .contract
        .and_then(|contract| contract.value.as_ref())
        .filter(is_said);
    if let Some(value) = of_contract {
        return (pence(value, "contracts/value/amount", remarks), None);
    }
    if let Some(value) = part.award.and_then(|award| award.value.as_ref()).filter(is_said) {
        return (pence(value, "awards/value/amount", remarks), None);
    }
    let tender = part.said.tender.as_ref().filter(|_| part.only);
    let Some(value) = tender.and_then(|tender| tender.value.as_ref()).filter(is_said) else {
        remarks.add("awards/value/amount", "", Why::ValueBlank);
        return (None, None);
    };
    let pence = pence(value, "tender/value/amount", remarks);
    if pence.is_some() {
        remarks.add(
            "tender/value/amount",
            value.amount.as_deref().unwrap_or(""),
            Why::ValueOfTender,
        );
    }
    (pence, pence.map(|_| true))
}

fn pence(value: &Value, path: &'static str, remarks: &mut Remarks) -> Option<i64> {
    let amount = value.amount.as_deref()?;
    // A publisher of the UK who names no currency means pounds.
    if let Some(other) = value
        .currency
        .as_deref()
        .filter(|currency| !currency.eq_ignore_ascii_case("GBP"))
    {
        remarks.add(path, &format!("{amount} {other}"), Why::CurrencyOther);
        return None;
    }
    let (pence, why) = values::pence(amount);
    let why = why.or_else(|| (pence == Some(0)).then_some(Why::ValueZero));
    if let Some(why) = why {
        remarks.add(path, amount, why);
    }
    pence
}

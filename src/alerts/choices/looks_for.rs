//! What a search looks for, in words. Pure.

use super::super::digest::words;
use super::super::filter::Filter;
use crate::contracts::windows::WindowKind;
use crate::councils::directory;
use crate::events::Kind;
use uuid::Uuid;

/// Names in one line; the rest is counted.
const NAMED: usize = 6;

/// Each part of a filter that narrows it: what it is of, and what it says.
pub fn in_words(filter: &Filter) -> Vec<(&'static str, String)> {
    let named = |kinds: &[String], name: &dyn Fn(&str) -> Option<&'static str>| {
        kinds
            .iter()
            .filter_map(|kind| name(kind))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let kind = |word: &str| Kind::parse(word).map(words::event);
    let window = |word: &str| WindowKind::parse(word).map(words::window);
    let council = |id: &Uuid| Some(directory().by_id(*id)?.facts.name.to_owned());
    let service = |code: &i32| Some(directory().service(*code)?.name.to_owned());
    let told = match filter.kinds.len() {
        0 => "contract windows that open".to_owned(),
        all if all == Kind::ALL.len() => "everything that happens".to_owned(),
        _ => list(named(&filter.kinds, &kind)),
    };
    let windows = match filter.window_kinds.len() {
        all if all == WindowKind::ALL.len() => String::new(),
        _ => list(named(&filter.window_kinds, &window)),
    };
    let near = filter.near.as_ref();
    let months = filter.within_months.map(i64::from);
    let parts = [
        ("Tells of", told),
        ("Windows", windows),
        (
            "Councils",
            list(filter.councils.iter().filter_map(council).collect()),
        ),
        (
            "Kinds of council",
            list(
                filter
                    .council_kinds
                    .iter()
                    .map(|kind| kind.replace('_', " "))
                    .collect(),
            ),
        ),
        (
            "Regions",
            list(filter.regions.iter().map(|word| title(word)).collect()),
        ),
        (
            "Near",
            near.map(|near| format!("within {} km of {}", near.kilometres, near.place))
                .unwrap_or_default(),
        ),
        ("Departments", list(filter.departments.clone())),
        ("Services", list(filter.lgsl.iter().filter_map(service).collect())),
        (
            "CPV codes",
            list(
                filter
                    .cpv_prefixes
                    .iter()
                    .map(|prefix| format!("{prefix}\u{2026}"))
                    .collect(),
            ),
        ),
        ("Words", filter.words.clone().unwrap_or_default()),
        (
            "Value",
            words::band(filter.min_value_pence, filter.max_value_pence).unwrap_or_default(),
        ),
        (
            "Delivery",
            list(
                filter
                    .delivery_models
                    .iter()
                    .map(|word| word.replace('_', " "))
                    .collect(),
            ),
        ),
        (
            "Ahead",
            months
                .map(|months| format!("within {}", words::count(months, "month", "months")))
                .unwrap_or_default(),
        ),
        (
            "Bids",
            if filter.may_bid {
                "only pilots that you may bid for".to_owned()
            } else {
                String::new()
            },
        ),
    ];
    parts
        .into_iter()
        .filter(|(_, said)| !said.trim().is_empty())
        .collect()
}

fn list(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let named = names.join(", ");
    if more > 0 {
        format!("{named} and {more} more")
    } else {
        named
    }
}

/// `yorkshire_and_the_humber` as it is written.
fn title(word: &str) -> String {
    let name = |(at, part): (usize, &str)| match part {
        "and" | "of" => part.to_owned(),
        "the" if at < 2 => part.to_owned(),
        _ => part[..1].to_uppercase() + &part[1..],
    };
    word.split('_')
        .filter(|part| part.is_ascii() && !part.is_empty())
        .enumerate()
        .map(name)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_told_by_the_parts_that_narrow_it() {
        let filter = Filter {
            regions: vec!["north_west".into(), "yorkshire_and_the_humber".into()],
            window_kinds: vec!["expiry".into()],
            words: Some("waste software".into()),
            min_value_pence: Some(2_000_000),
            within_months: Some(1),
            ..Filter::default()
        };
        assert_eq!(
            in_words(&filter),
            [
                ("Tells of", "contract windows that open".to_owned()),
                ("Windows", "Ending soon".to_owned()),
                ("Regions", "North West, Yorkshire and The Humber".to_owned()),
                ("Words", "waste software".to_owned()),
                ("Value", "from \u{a3}20,000".to_owned()),
                ("Ahead", "within 1 month".to_owned()),
            ]
        );
        assert_eq!(
            in_words(&Filter::everything()),
            [("Tells of", "everything that happens".to_owned())]
        );
    }

    #[test]
    fn long_lists_are_counted() {
        let filter = Filter {
            cpv_prefixes: (10..30).map(|prefix| prefix.to_string()).collect(),
            ..Filter::default()
        };
        let (_, said) = in_words(&filter).pop().unwrap();
        assert!(said.ends_with("15\u{2026} and 14 more"), "{said}");
    }
}

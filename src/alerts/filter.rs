//! What a saved search looks for, and whether something that opens is it. Pure.

use crate::contracts::openings::Opening;
use crate::contracts::windows::WindowKind;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a saved search looks for; every part that is given must hold. Kept as JSON, where parts may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Windows of these kinds, by their words.
    pub window_kinds: Vec<String>,
    /// In the registers of these councils.
    pub councils: Vec<Uuid>,
    /// Of councils of these kinds.
    pub council_kinds: Vec<String>,
    /// Of councils in these regions.
    pub regions: Vec<String>,
    /// For these services, by Local Government Service List code.
    pub lgsl: Vec<i32>,
    /// With a CPV code that begins with one of these.
    pub cpv_prefixes: Vec<String>,
    /// With all of these words in title, description or product.
    pub words: Option<String>,
    /// Worth at least this many pence.
    pub min_value_pence: Option<i64>,
    /// Worth at most this many pence.
    pub max_value_pence: Option<i64>,
}

impl Filter {
    /// Whether an opening is what is looked for. A contract without a value passes no bound on it. Holding over
    /// is told only to those who name it: it says what is past, not what is coming.
    pub fn matches(&self, opening: &Opening) -> bool {
        let any = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
        let kind = opening.window.kind;
        any(&self.window_kinds, kind.as_str())
            && (kind != WindowKind::HoldingOver || !self.window_kinds.is_empty())
            && (self.councils.is_empty() || self.councils.contains(&opening.council_id))
            && any(&self.council_kinds, &opening.council_kind)
            && any(&self.regions, &opening.region)
            && (self.lgsl.is_empty() || opening.lgsl.is_some_and(|code| self.lgsl.contains(&code)))
            && self.of_cpv(opening.cpv.as_deref())
            && self
                .min_value_pence
                .is_none_or(|least| opening.value_pence.is_some_and(|value| value >= least))
            && self
                .max_value_pence
                .is_none_or(|most| opening.value_pence.is_some_and(|value| value <= most))
            && self.words.as_deref().is_none_or(|words| says(opening, words))
    }

    fn of_cpv(&self, cpv: Option<&str>) -> bool {
        self.cpv_prefixes.is_empty()
            || cpv.is_some_and(|cpv| {
                self.cpv_prefixes
                    .iter()
                    .any(|prefix| cpv.starts_with(prefix.as_str()))
            })
    }
}

fn says(opening: &Opening, words: &str) -> bool {
    let text = [
        &opening.title,
        &opening.description,
        opening.product_name.as_ref().unwrap_or(&opening.title),
    ]
    .map(|text| text.to_lowercase())
    .join(" ");
    let said: std::collections::HashSet<&str> = split(&text).collect();
    split(&words.to_lowercase()).all(|word| said.contains(word))
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::windows::Window;

    fn opening() -> Opening {
        Opening {
            contract_id: Uuid::from_u128(1),
            window: Window {
                kind: WindowKind::Reprocurement,
                ordinal: 0,
                opens_on: "2026-01-01".parse().unwrap(),
                closes_on: Some("2026-04-01".parse().unwrap()),
            },
            armed_at: "2025-01-01T00:00:00Z".parse().unwrap(),
            council_id: Uuid::from_u128(2),
            council_name: "Lancashire County Council".into(),
            council_kind: "county".into(),
            region: "north_west".into(),
            title: "Waste-transfer software".into(),
            description: "Hosted".into(),
            reference: None,
            product_name: None,
            cpv: Some("48000000".into()),
            lgsl: None,
            value_pence: Some(5_000_000),
            current_ends_on: None,
            suppliers: Vec::new(),
            source: None,
        }
    }

    fn filter(change: impl FnOnce(&mut Filter)) -> Filter {
        let mut filter = Filter::default();
        change(&mut filter);
        filter
    }

    #[test]
    fn every_part_that_is_given_must_hold() {
        assert!(Filter::default().matches(&opening()));
        let passes = [
            filter(|f| f.words = Some("WASTE software".into())),
            filter(|f| f.cpv_prefixes = vec!["33".into(), "48".into()]),
            filter(|f| f.regions = vec!["north_west".into()]),
            filter(|f| f.min_value_pence = Some(5_000_000)),
            filter(|f| f.window_kinds = vec!["reprocurement".into()]),
        ];
        let fails = [
            filter(|f| f.words = Some("waste paper".into())),
            filter(|f| f.words = Some("soft".into())),
            filter(|f| f.cpv_prefixes = vec!["49".into()]),
            filter(|f| f.regions = vec!["london".into()]),
            filter(|f| f.max_value_pence = Some(4_999_999)),
            filter(|f| f.councils = vec![Uuid::from_u128(3)]),
            filter(|f| f.lgsl = vec![1]),
            filter(|f| f.window_kinds = vec!["expiry".into()]),
        ];
        assert!(passes.iter().all(|filter| filter.matches(&opening())));
        assert!(!fails.iter().any(|filter| filter.matches(&opening())));
    }

    #[test]
    fn a_filter_kept_by_an_older_version_is_still_read() {
        assert_eq!(serde_json::from_str::<Filter>("{}").unwrap(), Filter::default());
    }
}

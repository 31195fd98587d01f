//! What the demonstration's people asked to be told of: suppliers look for windows, pilots and needs in their
//! trade, an officer looks over the fence. The people are in `people`.

use super::people::cast;
use super::shapes::CouncilKind;
use super::shapes_pilots::WindowKind::{
    Expiry, ExtensionDecision, HoldingOver, MarketEngagement, Notice, ReProcurement, Review,
};
use super::shapes_pilots::{DemoSearch, Frequency, WindowKind};

/// A search of everything, weekly: what the rows below begin with.
const fn search(person: usize, name: &'static str, window_kinds: &'static [WindowKind]) -> DemoSearch {
    DemoSearch {
        person,
        name,
        window_kinds,
        regions: &[],
        council_kinds: &[],
        cpv_prefixes: &[],
        words: None,
        pilots: false,
        needs: false,
        frequency: Frequency::Weekly,
    }
}

/// The saved searches.
pub(super) const SEARCHES: &[DemoSearch] = &[
    DemoSearch {
        regions: &["North West"],
        cpv_prefixes: &["48"],
        words: Some("waste"),
        pilots: true,
        needs: true,
        frequency: Frequency::Immediate,
        ..search(
            cast("Leila"),
            "Waste software in the North West",
            &[MarketEngagement, ReProcurement],
        )
    },
    DemoSearch {
        council_kinds: &[CouncilKind::District],
        words: Some("in-cab"),
        frequency: Frequency::Daily,
        ..search(
            cast("Leila"),
            "In-cab contracts in any district",
            &[Review, Notice, Expiry, HoldingOver],
        )
    },
    DemoSearch {
        cpv_prefixes: &["48326", "7231"],
        frequency: Frequency::Daily,
        ..search(
            cast("Ben"),
            "Maps, gazetteers and data",
            &[MarketEngagement, ReProcurement, Expiry],
        )
    },
    DemoSearch {
        pilots: true,
        needs: true,
        ..search(cast("Ben"), "Every pilot and need", &[])
    },
    DemoSearch {
        council_kinds: &[CouncilKind::County, CouncilKind::Unitary],
        words: Some("transport"),
        pilots: true,
        needs: true,
        frequency: Frequency::Daily,
        ..search(
            cast("Marguerite"),
            "School transport in counties",
            &[MarketEngagement, ReProcurement],
        )
    },
    DemoSearch {
        regions: &["East of England"],
        cpv_prefixes: &["905"],
        pilots: true,
        ..search(
            cast("Idris"),
            "Waste and reuse near home",
            &[ExtensionDecision, MarketEngagement, Expiry],
        )
    },
    DemoSearch {
        regions: &["South West", "Wales", "Scotland"],
        words: Some("highways asset"),
        frequency: Frequency::Immediate,
        ..search(
            cast("Yusuf"),
            "Highways asset systems, west and north",
            &[Notice, MarketEngagement],
        )
    },
    DemoSearch {
        regions: &["East of England"],
        cpv_prefixes: &["48"],
        ..search(
            cast("Ruth"),
            "What our neighbours must decide",
            &[ExtensionDecision, Review, HoldingOver],
        )
    },
];

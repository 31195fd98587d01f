//! Facts about councils and services, compiled in: who there is and was, what kind, where, and who followed.
//!
//! Facts only: a council's own policy and words live in the database. Sources: the councils' names, codes and
//! dates from mySociety's list of UK local authorities (CC BY 4.0); the services from the Local Government
//! Service List (OGL v3). `against_the_source.rs` checks both where the sources are at hand.

use crate::runtime::words;
use chrono::NaiveDate;
use std::str::Split;

#[cfg(test)]
mod against_the_source;

words! {
    /// What kind of council it is.
    #[graphql(name = "CouncilKind")]
    Kind {
        /// A county council, the upper of two tiers.
        County = "county",
        /// A district, borough or city council, the lower of two tiers.
        District = "district",
        /// A unitary authority in England.
        Unitary = "unitary",
        /// A metropolitan district or borough.
        MetropolitanDistrict = "metropolitan_district",
        /// A London borough.
        LondonBorough = "london_borough",
        /// The City of London Corporation.
        CityOfLondon = "city_of_london",
        /// A Scottish council.
        ScottishUnitary = "scottish_unitary",
        /// A Welsh council.
        WelshUnitary = "welsh_unitary",
        /// A district council in Northern Ireland.
        NorthernIrelandDistrict = "northern_ireland_district",
        /// A combined authority; not a principal council.
        CombinedAuthority = "combined_authority",
        /// The Greater London Authority; not a principal council.
        StrategicAuthority = "strategic_authority",
    }
}

words! {
    /// Which powers a council has.
    Tier {
        /// The upper of two: social care, highways, schools.
        County = "county",
        /// The lower of two: waste collection, housing, planning.
        District = "district",
        /// Both in one.
        Unitary = "unitary",
        /// Over several councils: transport, skills.
        Strategic = "strategic",
    }
}

words! {
    /// A nation of the United Kingdom.
    Nation {
        /// England.
        England = "england",
        /// Scotland.
        Scotland = "scotland",
        /// Wales.
        Wales = "wales",
        /// Northern Ireland.
        NorthernIreland = "northern_ireland",
    }
}

words! {
    /// A region of England, or a nation that has none.
    Region {
        /// East Midlands.
        EastMidlands = "east_midlands",
        /// East of England.
        EastOfEngland = "east_of_england",
        /// London.
        London = "london",
        /// North East.
        NorthEast = "north_east",
        /// North West.
        NorthWest = "north_west",
        /// South East.
        SouthEast = "south_east",
        /// South West.
        SouthWest = "south_west",
        /// West Midlands.
        WestMidlands = "west_midlands",
        /// Yorkshire and The Humber.
        YorkshireAndTheHumber = "yorkshire_and_the_humber",
        /// England, where the source names no region.
        England = "england",
        /// Scotland.
        Scotland = "scotland",
        /// Wales.
        Wales = "wales",
        /// Northern Ireland.
        NorthernIreland = "northern_ireland",
    }
}

words! {
    /// Which councils provide a service.
    ProvidingTier {
        /// Counties, and unitaries of any kind.
        CountyUnitary = "county_unitary",
        /// Districts, and unitaries of any kind.
        DistrictUnitary = "district_unitary",
        /// Every principal council.
        All = "all",
    }
}

impl Kind {
    /// The powers that go with the kind. Northern Ireland's districts count as unitary: they are the only tier,
    /// though some of what councils do elsewhere is done by departments there.
    pub const fn tier(self) -> Tier {
        match self {
            Self::County => Tier::County,
            Self::District => Tier::District,
            Self::CombinedAuthority | Self::StrategicAuthority => Tier::Strategic,
            _ => Tier::Unitary,
        }
    }

    /// Whether it is a principal council (Local Government Act 1972, s. 270, and its like elsewhere).
    pub const fn is_principal(self) -> bool {
        !matches!(self.tier(), Tier::Strategic)
    }
}

impl Tier {
    /// Whether councils of this tier provide such a service: a contract for another is worth a doubt.
    pub const fn provides(self, service: ProvidingTier) -> bool {
        match self {
            Self::Unitary => true,
            Self::County => matches!(service, ProvidingTier::CountyUnitary | ProvidingTier::All),
            Self::District => matches!(service, ProvidingTier::DistrictUnitary | ProvidingTier::All),
            Self::Strategic => false,
        }
    }
}

/// What is known of a council.
#[derive(Clone, Debug, PartialEq)]
pub struct CouncilFact {
    /// Its name in addresses.
    pub slug: &'static str,
    /// Its code of the Office for National Statistics.
    pub gss: Option<&'static str>,
    /// Its official name.
    pub name: &'static str,
    /// Its name in conversation.
    pub short_name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Its nation.
    pub nation: Nation,
    /// Its region.
    pub region: Region,
    /// When it began, where the source says so.
    pub starts_on: Option<NaiveDate>,
    /// When it was abolished.
    pub ends_on: Option<NaiveDate>,
    /// Slugs of those that followed it.
    pub successors: Vec<&'static str>,
    /// Codes it had before.
    pub former_gss: Vec<&'static str>,
    /// Latitude of its middle, degrees. A county's is the mean of its districts', weighted by area: the source's are up
    /// to 192 km off.
    pub latitude: Option<f64>,
    /// Longitude of its middle, degrees.
    pub longitude: Option<f64>,
}

/// A service of the Local Government Service List.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceFact {
    /// Its code in the list.
    pub lgsl: i32,
    /// Its name.
    pub name: &'static str,
    /// Who provides it.
    pub tier: ProvidingTier,
}

/// Every council, by slug.
pub fn councils() -> impl Iterator<Item = CouncilFact> {
    rows(include_str!("facts/councils.tsv")).map(|cells| council(cells).expect("councils.tsv is well formed"))
}

/// Every service, by code.
pub fn services() -> impl Iterator<Item = ServiceFact> {
    rows(include_str!("facts/services.tsv")).map(|cells| service(cells).expect("services.tsv is well formed"))
}

fn rows(table: &'static str) -> impl Iterator<Item = Split<'static, char>> {
    table.lines().skip(1).map(|line| line.split('\t'))
}

fn council(mut cells: Split<'static, char>) -> Option<CouncilFact> {
    let mut next = || cells.next();
    let given = |cell: &'static str| (!cell.is_empty()).then_some(cell);
    Some(CouncilFact {
        slug: next()?,
        gss: given(next()?),
        name: next()?,
        short_name: next()?,
        kind: Kind::parse(next()?)?,
        nation: Nation::parse(next()?)?,
        region: Region::parse(next()?)?,
        starts_on: date(next()?)?,
        ends_on: date(next()?)?,
        successors: next()?.split_whitespace().collect(),
        former_gss: next()?.split_whitespace().collect(),
        latitude: next()?.parse().ok(),
        longitude: next()?.parse().ok(),
    })
}

fn date(cell: &str) -> Option<Option<NaiveDate>> {
    if cell.is_empty() {
        Some(None)
    } else {
        cell.parse().ok().map(Some)
    }
}

fn service(mut cells: Split<'static, char>) -> Option<ServiceFact> {
    Some(ServiceFact {
        lgsl: cells.next()?.parse().ok()?,
        name: cells.next()?,
        tier: ProvidingTier::parse(cells.next()?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn slugs_and_codes_name_one_council_each() {
        let all: Vec<_> = councils().collect();
        let slugs: HashMap<_, _> = all.iter().map(|c| (c.slug, c)).collect();
        assert_eq!(slugs.len(), all.len());
        let codes: Vec<_> = all.iter().filter_map(|c| c.gss).collect();
        let distinct: std::collections::HashSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), codes.len());
    }

    #[test]
    fn every_abolished_council_leads_to_one_that_exists() {
        let all: HashMap<_, _> = councils().map(|c| (c.slug, c)).collect();
        for council in all.values() {
            let mut last = vec![council.slug];
            for _ in 0..5 {
                last = last
                    .iter()
                    .flat_map(|slug| {
                        let council = &all[slug];
                        if council.ends_on.is_none() {
                            vec![council.slug]
                        } else {
                            council.successors.clone()
                        }
                    })
                    .collect();
            }
            assert!(!last.is_empty(), "{} has no successor", council.slug);
            assert!(
                last.iter().all(|slug| all[slug].ends_on.is_none()),
                "{}",
                council.slug
            );
        }
    }

    #[test]
    fn counties_lie_around_their_county_towns() {
        let all: HashMap<_, _> = councils().map(|c| (c.slug, c)).collect();
        let middle = |slug: &str| all[slug].latitude.zip(all[slug].longitude).unwrap();
        for (county, town) in [
            ("lancashire", "preston"),
            ("kent", "maidstone"),
            ("devon", "exeter"),
            ("norfolk", "norwich"),
            ("suffolk", "ipswich"),
            ("gloucestershire", "gloucester"),
        ] {
            let (a, b) = (middle(county), middle(town));
            let kilometres = 111.0 * ((a.0 - b.0).powi(2) + (0.6 * (a.1 - b.1)).powi(2)).sqrt();
            assert!(kilometres < 40.0, "{county} is {kilometres} km from {town}");
        }
    }

    #[test]
    fn a_district_does_not_provide_what_counties_do() {
        assert!(!Tier::District.provides(ProvidingTier::CountyUnitary));
        assert!(!Tier::County.provides(ProvidingTier::DistrictUnitary));
        for kind in Kind::ALL.iter().filter(|kind| kind.is_principal()) {
            assert!(kind.tier().provides(ProvidingTier::All), "{kind:?}");
        }
        assert_eq!(services().count(), 117);
    }
}

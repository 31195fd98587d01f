//! What a supplier says of itself, as it is given and shown: size and its figures, address, areas and trades.

use super::councils::{self, Council};
use super::ids::{Id, Sort};
use crate::councils::facts::Region;
use crate::suppliers::sectors::Division;
use crate::suppliers::{self, Areas, Figures, Profile, Size};
use async_graphql::{InputObject, Result, SimpleObject};

/// What a supplier says of itself. What is not given is taken out.
#[derive(Debug, InputObject)]
pub struct SupplierProfileInput {
    /// Its size by staff: micro under 10, small under 50, medium under 250, else large. Another size or other figures
    /// than before count as confirmed today; the same leave that day as it was.
    size: Option<Size>,
    /// People who work for it, by heads. The size must agree with it.
    staff: Option<i32>,
    /// What it took in its last year, in pence.
    turnover_pence: Option<i64>,
    /// The total of its last balance sheet, in pence.
    balance_sheet_pence: Option<i64>,
    /// Whether it is a voluntary, community or social enterprise.
    #[graphql(default)]
    vcse: bool,
    /// The town it is in.
    town: Option<String>,
    /// Its address. A pilot that is reserved for local suppliers asks for it.
    address: Option<SupplierAddressInput>,
    /// Where it works.
    areas_served: Option<SupplierAreasInput>,
    /// What trades it is in: divisions of the Common Procurement Vocabulary, two digits each, such as `72`. The query
    /// `sectors` has all of them.
    #[graphql(default)]
    sectors: Vec<String>,
    /// Its website: an address that begins with `https://` or `http://`.
    website: Option<String>,
    /// What it does.
    summary: Option<String>,
}

/// A supplier's address.
#[derive(Debug, InputObject)]
pub struct SupplierAddressInput {
    /// The lines before the town: one to four, of at most 100 bytes each.
    lines: Vec<String>,
    /// Postcode; needed in the United Kingdom.
    postcode: Option<String>,
    /// Country: two capital letters (ISO 3166-1).
    #[graphql(default = "GB")]
    country: String,
    /// The region it lies in, or the nation that has none; if it is in the United Kingdom.
    region: Option<Region>,
}

/// Where a supplier works.
#[derive(Debug, InputObject)]
pub struct SupplierAreasInput {
    /// For every council of the United Kingdom.
    #[graphql(default)]
    everywhere: bool,
    /// For the councils of these regions.
    #[graphql(default)]
    regions: Vec<Region>,
    /// For these councils, by id; at most 100.
    #[graphql(default)]
    councils: Vec<Id>,
}

impl SupplierProfileInput {
    pub(super) fn read(self) -> Result<Profile> {
        Ok(Profile {
            size: self.size,
            figures: Figures {
                staff: self.staff,
                turnover_pence: self.turnover_pence,
                balance_sheet_pence: self.balance_sheet_pence,
            },
            vcse: self.vcse,
            town: self.town,
            address: self.address.map(|given| suppliers::Address {
                lines: given.lines,
                postcode: given.postcode,
                country: given.country,
                region: given.region,
            }),
            areas: self
                .areas_served
                .map(SupplierAreasInput::read)
                .transpose()?
                .unwrap_or_default(),
            sectors: self.sectors,
            website: self.website,
            summary: self.summary,
        })
    }
}

impl SupplierAreasInput {
    fn read(self) -> Result<Areas> {
        let councils = self.councils.iter().map(|id| id.of(Sort::Council));
        Ok(Areas {
            everywhere: self.everywhere,
            regions: self.regions,
            councils: councils.collect::<Result<_, _>>()?,
        })
    }
}

/// A supplier's address.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupplierAddress {
    /// The lines before the town.
    lines: Vec<String>,
    /// Postcode.
    postcode: Option<String>,
    /// Country: two capital letters (ISO 3166-1).
    country: String,
    /// The region it lies in, or the nation that has none.
    region: Option<Region>,
}

impl From<suppliers::Address> for SupplierAddress {
    fn from(address: suppliers::Address) -> Self {
        Self {
            lines: address.lines,
            postcode: address.postcode,
            country: address.country,
            region: address.region,
        }
    }
}

/// Where a supplier works, as it says.
#[derive(Clone, Debug, SimpleObject)]
pub struct SupplierAreas {
    /// For every council of the United Kingdom.
    everywhere: bool,
    /// For the councils of these regions.
    regions: Vec<Region>,
    /// For these councils.
    councils: Vec<Council>,
}

impl From<Areas> for SupplierAreas {
    fn from(areas: Areas) -> Self {
        Self {
            everywhere: areas.everywhere,
            regions: areas.regions,
            councils: areas.councils.into_iter().filter_map(councils::council).collect(),
        }
    }
}

/// A trade: a division of the Common Procurement Vocabulary.
#[derive(Clone, Debug, SimpleObject)]
pub struct Sector {
    /// Its two digits, with which the CPV codes in it begin.
    division: &'static str,
    /// Its name.
    name: &'static str,
}

impl From<Division> for Sector {
    fn from((division, name): Division) -> Self {
        Self { division, name }
    }
}

//! What a supplier makes.

use sea_orm::entity::prelude::*;

/// What a supplier makes.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub supplier_id: Uuid,
    pub name: String,
    pub summary: String,
    pub description: String,
    /// Local Government Service List codes it serves.
    pub lgsl: Json,
    /// Common Procurement Vocabulary codes it falls under.
    pub cpv: Json,
    /// cloud, on_premises, or none given.
    pub hosting: Option<String>,
    pub price_model: Option<String>,
    /// Business systems it works with, by name.
    pub integrations: Json,
    /// Standards it keeps, by name.
    pub standards: Json,
    pub accessibility: Option<String>,
    pub case_studies: Json,
    /// The texts as they are searched: words in lower case, a blank before each.
    pub words_of_name: String,
    pub words_of_summary: String,
    pub words_of_description: String,
    /// draft, published or archived.
    pub state: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

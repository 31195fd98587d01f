//! A mail, from the moment it was decided on.

use sea_orm::entity::prelude::*;

/// A mail, from the moment it was decided on.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// alert, outcome or security.
    pub stream: String,
    pub recipient: String,
    pub subject: String,
    pub message_id: String,
    /// queued, leased, sent, parked or suppressed.
    pub state: String,
    /// How often it was offered to the mail server.
    pub attempts: i32,
    /// How often in a row a worker took it and was not heard of again.
    pub unanswered: i32,
    pub due_at: DateTimeUtc,
    /// What is refused for now is tried again until then.
    pub give_up_at: DateTimeUtc,
    /// Whether its domain's allowance has given it its turn.
    pub paced: bool,
    pub lease_token: Option<Uuid>,
    pub leased_until: Option<DateTimeUtc>,
    /// What the mail server last answered, or why it was parked or suppressed.
    pub last_answer: Option<String>,
    /// Whose it is, once there is an account.
    pub person_id: Option<Uuid>,
    /// Whom else it names, as an invitation names who sent it.
    pub names_id: Option<Uuid>,
    /// Goes for good once it is sent or parked.
    pub erase: bool,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    /// The whole message, fixed when the row was written: a resend is byte for byte the same.
    pub message: Vec<u8>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
